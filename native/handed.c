/*
 * Part of helper.c: what a launcher hands over to `tend`. Every descriptor of Node.js is closed by execve(2), so it stands
 * in the variable HANDED: fields, in which 1 2 is a zero and 1 3 a one, each ended by 1 1, told apart by their first
 * letter. `n` the server's name; `g` milliseconds that it has after the end of input; `u` and `i` user and group; `=` its
 * tree must be as it was kept; `q` few words; `w` words to say when it starts; `a` what to execute, and each argument.
 * The others are what that finds from descriptor 3 on, in their order: `h` the handshake, with a number that is above all
 * of them; `t` a text to be read; `p` a place and `r` a file, both as DEVICE:INODE:PATH.
 */
enum { SET_MASK = 2, COPY_ABOVE = 1030, MOST_ARGUMENTS = 4095 };

static char HANDED[] = "MCP_SECURE_RUN_TEND=", STAY[] = "MCP_SECURE_RUN_STAY=1";

/* What was handed over. */
static char *name, *grace, *user, *group, *words, *arguments_of[MOST_ARGUMENTS + 1];
static int is_locked, is_quiet;
static long handshake = -1, sandbox;
static char **launcher, **variables_of;

static void end_sandbox(void) {
  if (sandbox > 0) call(__NR_kill, sandbox, SIGKILL_, 0, 0);
  while (sandbox > 0 && call(__NR_wait4, sandbox, 0, 0, 0) == -4 /* EINTR */) continue;
}

/* Nothing was read of stdin, and nothing of the server has run. */
__attribute__((noreturn)) static void go_back(void) {
  word none = 0;
  end_sandbox();
  call(__NR_rt_sigprocmask, SET_MASK, (word)&none, 0, sizeof none);
  become(launcher, variables_of);
}

/* A field, put right where it stands, and nothing of it left behind; 0 where there is none. */
static char *take(char **from, word *size) {
  char *start = *from, *to = start, *at = start;
  while (*at && !(at[0] == 1 && at[1] == 1)) {
    int is_put = at[0] == 1 && at[1];
    *to++ = is_put ? at[1] - 2 : at[0];
    at += is_put ? 2 : 1;
  }
  if (!*at) return 0;
  *from = at + 2;
  *size = to - start;
  memset(to, 0, *from - to);
  return start;
}

static long open_text(char *text, word size) {
  long descriptor = call(__NR_memfd_create, (word) "text", 0, 0, 0);
  for (long put = 0, more; (word)put < size; put += more)
    if ((more = call(__NR_write, descriptor, (word)text + put, size - put, 0)) <= 0) return -1;
  call(__NR_lseek, descriptor, 0, 0, 0);
  memset(text, 0, size);
  return descriptor;
}

/* As `hold` of src/relay/descriptors.ts: the kernel tells by which way the path led. */
static long open_as_seen(char *seen, word flags) {
  word device = number(&seen, 10, ':'), inode = number(&seen, 10, ':');
  long descriptor = call(__NR_openat, AT_FDCWD, (word)seen, flags | O_NOFOLLOW, 0);
  struct stat status;
  char link[40] = "/proc/self/fd/", there[4096];
  if (descriptor < 0) return -1;
  *spell(link + length(link), descriptor) = 0;
  long size = call(__NR_readlinkat, AT_FDCWD, (word)link, (word)there, sizeof there - 1);
  if (size < 0 || call(__NR_fstat, descriptor, (word)&status, 0, 0) < 0) return -1;
  there[size] = 0;
  return status.st_dev == device && status.st_ino == inode && equal(there, seen) ? descriptor : -1;
}

/* The server's end comes first; ours goes out of the way of all that follow, to the number told or above. */
static long open_handshake(char *told) {
  int pair[2];
  if (call(__NR_socketpair, 1 /* AF_UNIX */, SOCK_STREAM, 0, (word)pair) < 0) return -1;
  handshake = call(__NR_fcntl, pair[1], COPY_ABOVE, number(&told, 10, 0), 0);
  call(__NR_close, pair[1], 0, 0, 0);
  return handshake < 0 ? -1 : pair[0];
}

/* Descriptors are opened in their order, from 3 on: the lowest that is free is the next. Answers how many. */
static int receive(char *handed) {
  int count = 0, arguments = 0;
  word size;
  for (char *field; (field = take(&handed, &size));) {
    char *value = field + 1;
    long opened = -1;
    switch (*field) {
      case 'n': name = value; continue;
      case 'g': grace = value; continue;
      case 'u': user = value; continue;
      case 'i': group = value; continue;
      case 'w': words = value; continue;
      case '=': is_locked = 1; continue;
      case 'q': is_quiet = 1; continue;
      case 'a':
        if (arguments == MOST_ARGUMENTS) go_back();
        arguments_of[arguments++] = value;
        continue;
      case 'h': opened = open_handshake(value); break;
      case 't': opened = open_text(value, size - 1); break;
      case 'p': opened = open_as_seen(value, PATH_ONLY); break;
      case 'r': opened = open_as_seen(value, O_RDONLY); break;
    }
    if (opened != CHANNEL + count++) go_back();
  }
  if (!name || !grace || !arguments || handshake < 0) go_back();
  return count;
}
