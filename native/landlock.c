/*
 * Part of helper.c: a server confined without namespaces, by Landlock (Linux 6.12, for its ABI 6) and our filter.
 *
 *   helper landlock OPTIONS -- PROGRAM ARGUMENT…
 *     OPTIONS is the number of a descriptor to be read to its end: words, each with a NUL behind it, told apart by their
 *     first letter. `l` a limit as of `enter`; `f` the number of the descriptor of the filter for system calls; `r`, `w`,
 *     `d` a place to be read, a place to be written, a device: a path, or `#` and the number of a descriptor of it; `p`
 *     the path of a directory to be removed when the launcher is gone, which else does that itself.
 *
 * Two processes, each in a domain of Landlock, the second one's inside the first one's. The first looks after the second
 * and all below it, the server's tree: signals go down from domain to domain, and not up, so that the tree cannot touch
 * it, and its `kill(-1)` reaches the whole tree and nothing else, whatever moved to a session or a parent of its own, and
 * between no two forks. It does so when the server ends, on SIGTERM, and when the launcher is gone. It dies of SIGKILL
 * alone; the server itself, but not what that started, dies with it.
 */
#include <linux/prctl.h>

enum { SIGTERM_ = 15, SIGKILL_ = 9, KILLED = 128 + SIGKILL_, NOT_OF_A_FILE = 22, NO_HANG = 1 };
enum { POLLIN_ = 1, POLLRDHUP_ = 0x2000, FILTER_MODE = 2, PATH_ONLY = 010000000 };

/* linux/landlock.h: what is younger than the headers of some distributions. */
enum { ABI = 6, VERSION = 1, PATH_BENEATH = 1, TCP = 3, ABSTRACT_SOCKETS = 1, SIGNALS = 2 };
enum { EXECUTE = 1, WRITE_FILE = 2, READ_FILE = 4, READ_DIRECTORY = 8, MAKE_CHARACTER = 1 << 6, MAKE_BLOCK = 1 << 11 };
enum { TRUNCATE = 1 << 14, EVERYTHING = (1 << 16) - 1 };
enum {
  READ = EXECUTE | READ_FILE | READ_DIRECTORY,
  WRITE = (1 << 15) - 1 - MAKE_CHARACTER - MAKE_BLOCK,
  DEVICE = READ_FILE | WRITE_FILE | TRUNCATE,
  OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE,
};

struct ruleset {
  unsigned long long files, network, scopes;
};

static char options[1 << 20];
static unsigned long long filter[4096]; /* BPF_MAXINSNS */

/* Reads to the end of a descriptor; what does not fit is refused. */
static word read_whole(word descriptor, void *to, word room) {
  word got = 0;
  for (long more; (more = call(__NR_read, descriptor, (word)to + got, room - got, 0)) != 0; got += more)
    if (more < 0) fail("read what was handed over", "");
  if (got == room) fail("take so much", "");
  call(__NR_close, descriptor, 0, 0, 0);
  return got;
}

static long make_ruleset(struct ruleset asked) {
  long ruleset = call(__NR_landlock_create_ruleset, (word)&asked, sizeof asked, 0, 0);
  if (ruleset < 0) fail("make a ruleset of Landlock", "");
  return ruleset;
}

static void restrict_to(long ruleset) {
  if (call(__NR_landlock_restrict_self, ruleset, 0, 0, 0) < 0) fail("come under Landlock", "");
  call(__NR_close, ruleset, 0, 0, 0);
}

static void allow(long ruleset, char *place, word rights) {
  char *text = place + 1;
  long descriptor = *place == '#' ? (long)number(&text, 10, 0)
                                  : call(__NR_openat, AT_FDCWD, (word)place, PATH_ONLY | O_CLOEXEC, 0);
  struct __attribute__((packed)) {
    unsigned long long rights;
    int descriptor;
  } rule = {rights, descriptor};
  long answer = call(__NR_landlock_add_rule, ruleset, PATH_BENEATH, (word)&rule, 0);
  if (answer == -NOT_OF_A_FILE) {
    rule.rights &= OF_A_FILE;
    answer = call(__NR_landlock_add_rule, ruleset, PATH_BENEATH, (word)&rule, 0);
  }
  if (descriptor < 0 || answer < 0) fail("grant ", place);
}

/* Of the server: all that it may not do, whatever it becomes. Then it is let go. */
__attribute__((noreturn)) static void serve(word size, char **program, char **variables) {
  long ruleset = make_ruleset((struct ruleset){EVERYTHING, TCP, ABSTRACT_SOCKETS | SIGNALS});
  struct {
    unsigned short count;
    void *instructions;
  } rules = {0, filter};
  for (char *option = options; option < options + size; option += length(option) + 1) {
    char *value = option + 1;
    if (*option == 'r') allow(ruleset, value, READ);
    else if (*option == 'w') allow(ruleset, value, WRITE);
    else if (*option == 'd') allow(ruleset, value, DEVICE);
    else if (*option == 'l') limit(value);
    else if (*option == 'f') rules.count = read_whole(number(&value, 10, 0), filter, sizeof filter) / sizeof *filter;
    else if (*option != 'p') fail("understand ", option);
  }
  /* Of /proc, what is of the server's own process, whose number lasts. */
  allow(ruleset, "/proc/self", READ);
  restrict_to(ruleset);
  await_launcher('\n');
  if (!rules.count || call(__NR_prctl, PR_SET_SECCOMP, FILTER_MODE, (word)&rules, 0) < 0) fail("filter system calls", "");
  become(program, variables);
}

__attribute__((noreturn)) static void end_tree(int code) {
  call(__NR_kill, -1, SIGKILL_, 0, 0);
  end(code);
}

/* Removes what is in a directory, whose tree is the server's: no link of it is followed. */
static void clear(long directory, int depth) {
  struct {
    unsigned long long inode, offset;
    unsigned short length;
    unsigned char type;
    char name[];
  } *entry;
  char entries[4096] __attribute__((aligned(8)));
  for (long size; (size = call(__NR_getdents64, directory, (word)entries, sizeof entries, 0)) > 0;)
    for (char *at = entries; at < entries + size; at += entry->length) {
      entry = (void *)at;
      word name = (word)entry->name;
      if (equal(entry->name, ".") || equal(entry->name, "..") || call(__NR_unlinkat, directory, name, 0, 0) == 0) continue;
      long below = call(__NR_openat, directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
      if (below >= 0 && depth > 0) clear(below, depth - 1);
      if (below >= 0) call(__NR_close, below, 0, 0, 0);
      call(__NR_unlinkat, directory, name, AT_REMOVEDIR, 0);
    }
}

__attribute__((noreturn)) static void end_alone(char *directory) {
  call(__NR_kill, -1, SIGKILL_, 0, 0);
  while (call(__NR_wait4, -1, 0, 0, 0) > 0) continue;
  long opened = directory ? call(__NR_openat, AT_FDCWD, (word)directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0) : -1;
  if (opened >= 0) clear(opened, 256);
  if (opened >= 0) call(__NR_unlinkat, AT_FDCWD, (word)directory, AT_REMOVEDIR, 0);
  end(KILLED);
}

__attribute__((noreturn)) static void look_after(long server, long signals, char *directory) {
  struct {
    int descriptor;
    short asked, answered;
  } watched[] = {{CHANNEL, POLLRDHUP_, 0}, {signals, POLLIN_, 0}};
  for (;;) {
    unsigned signal[32]; /* struct signalfd_siginfo: the number comes first */
    if (call(__NR_ppoll, (word)watched, 2, 0, 0) < 0 || watched[0].answered) end_alone(directory);
    if (call(__NR_read, signals, (word)signal, sizeof signal, 0) < 0 || signal[0] == SIGTERM_) end_tree(KILLED);
    int status;
    for (long ended; (ended = call(__NR_wait4, -1, (word)&status, NO_HANG, 0)) > 0;)
      if (ended == server) end_tree(status & 127 ? 128 + (status & 127) : status >> 8 & 255);
  }
}

static void confine(char **arguments, char **variables) {
  if (call(__NR_landlock_create_ruleset, 0, 0, VERSION, 0) < ABI) fail("use Landlock as of Linux 6.12", "");
  if (!arguments[0] || !arguments[1] || !arguments[2]) fail("tell what to run", "");
  char *text = arguments[0];
  word size = read_whole(number(&text, 10, 0), options, sizeof options);

  char *directory = 0;
  for (char *option = options; option < options + size; option += length(option) + 1)
    if (*option == 'p') directory = option + 1;

  word before, all = ~0UL, heard = 1UL << (SIGCHLD_ - 1) | 1UL << (SIGTERM_ - 1);
  call(__NR_setsid, 0, 0, 0, 0);
  call(__NR_rt_sigprocmask, 2 /* SIG_SETMASK */, (word)&all, (word)&before, sizeof all);
  long signals = call(__NR_signalfd4, -1, (word)&heard, sizeof heard, O_CLOEXEC);
  if (signals < 0 || call(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0) < 0 ||
      call(__NR_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0) < 0)
    fail("prepare for the server", "");
  restrict_to(make_ruleset((struct ruleset){0, 0, SIGNALS}));

  long own = call(__NR_getpid, 0, 0, 0, 0), server = call(__NR_clone, SIGCHLD_, 0, 0, 0);
  if (server < 0) fail("make a process", "");
  if (server == 0) {
    call(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL_, 0, 0);
    if (call(__NR_getppid, 0, 0, 0, 0) != own) end(FAILED);
    call(__NR_setsid, 0, 0, 0, 0);
    call(__NR_rt_sigprocmask, 2, (word)&before, 0, sizeof before);
    serve(size, arguments + 2, variables);
  }
  for (int descriptor = 0; descriptor < CHANNEL; descriptor++) call(__NR_close, descriptor, 0, 0, 0);
  /* The rule for the server's directory in /proc lasts as long as the kernel remembers that directory: it is held here. */
  char path[32] = "/proc/";
  *spell(path + 6, server) = 0;
  call(__NR_openat, AT_FDCWD, (word)path, PATH_ONLY | O_CLOEXEC, 0);
  look_after(server, signals, directory);
}
