/*
 * Part of helper.c: what stays of a launcher that has nothing to read (docs/decisions/026-a-launcher-that-is-gone.md).
 *
 *   helper tend LAUNCHER ARGUMENT…
 *     Node.js becomes it by execve(2), in its own process. It starts the sandbox of which handed.c tells, lets the server
 *     go, and sees to its end, as src/relay/shutdown.ts does; stdin is kept to see the client's end of it, and never
 *     read. Where anything is not as it was told, LAUNCHER runs once more, stays, and says why.
 */
#include "handed.c"

enum { SIGHUP_ = 1, SIGINT_ = 2, SIGPIPE_ = 13, SIGNALS_ = 64, POLLOUT_ = 4, SLOT = 4096 };
enum { AFTER_TERM = 350, AFTER_SIGNAL = 700, PATIENCE = 10000 }; /* milliseconds */

struct moment {
  long seconds, nanoseconds;
};

struct watched {
  int descriptor;
  short asked, answered;
};

static struct moment after(word milliseconds) {
  return (struct moment){milliseconds / 1000, milliseconds % 1000 * 1000000};
}

static long poll(struct watched *watched, int count, struct moment *left) { /* what is left of the time stands there then */
  return call6(__NR_ppoll, (word)watched, count, (word)left, 0, 0, 0);
}

/* As much as whoever reads stderr takes, who must not keep us from the server: what fits a slot of a pipe does not wait. */
static void tell(const char *text) {
  struct watched errors = {2, POLLOUT_, 0};
  for (word size = length(text), piece; size > 0; text += piece, size -= piece) {
    struct moment left = after(250);
    piece = less(size, SLOT);
    if (poll(&errors, 1, &left) < 1 || call(__NR_write, 2, (word)text, piece, 0) < 0) return;
  }
}

/* The only child of bubblewrap is the sandbox's first process; that one's first child is the server. */
static void signal_server(int signal) {
  long first = first_child_of(sandbox), server = first > 0 ? first_child_of(first) : 0;
  call(__NR_kill, server > 0 ? server : sandbox, server > 0 ? signal : SIGKILL_, 0, 0);
}

__attribute__((noreturn)) static void start_sandbox(long own) {
  char *none[] = {0};
  word nothing = 0;
  if (group && (call(__NR_setgroups, 0, 0, 0, 0) < 0 || call(__NR_setgid, number(&group, 10, 0), 0, 0, 0) < 0)) end(FAILED);
  if (user && call(__NR_setuid, number(&user, 10, 0), 0, 0, 0) < 0) end(FAILED);
  /* bubblewrap must not die of our end before it sets so itself: a child that it has just made would wait for it for ever.
     Until then the handshake ends, and the sandbox with it (docs/decisions/002-a-constant-script-for-the-handshake.md). */
  if (call(__NR_getppid, 0, 0, 0, 0) != own) end(FAILED);
  call(__NR_rt_sigprocmask, SET_MASK, (word)&nothing, 0, sizeof nothing);
  call(__NR_chdir, (word) "/", 0, 0, 0);
  call(__NR_execve, (word)arguments_of[0], (word)arguments_of, (word)none, 0);
  end(FAILED);
}

/* With the server's code, and in the words of `tellEnd` of src/refusal.ts. */
__attribute__((noreturn)) static void end_as(int status, int is_asked, int is_forced) {
  int signal = status & 127, code = signal ? 128 + signal : status >> 8 & 255;
  char line[1024], *at = line;
  if (code == 0 || (is_quiet && is_asked) || length(name) > 512) end(code);
  at = append(append(append(at, "mcp-secure-run: server `"), name), "` ");
  if (is_forced) at = append(at, "did not end when it was asked to, and was killed");
  else if (code > 128 && code < 160) at = spell(append(at, "was ended by signal "), code - 128);
  else at = spell(append(at, "exited with "), code);
  *append(spell(append(at, "; exit code "), code), " is the server’s\n") = 0;
  tell(line);
  end(code);
}

/* The signal that came, 0 where the sandbox has ended. */
static int hear(long signals, int *status) {
  unsigned signal[32]; /* struct signalfd_siginfo: the number comes first */
  if (call(__NR_read, signals, (word)signal, sizeof signal, 0) < 0) end(FAILED);
  if (signal[0] != SIGCHLD_) return signal[0];
  return call(__NR_wait4, sandbox, (word)status, NO_HANG, 0) == sandbox ? 0 : SIGCHLD_;
}

static void await_sandbox(long signals) {
  struct watched watched[] = {{handshake, POLLIN_, 0}, {signals, POLLIN_, 0}};
  struct moment left = after(PATIENCE);
  char said = 0;
  while (!said) {
    int status, signal = SIGCHLD_;
    if (poll(watched, 2, &left) < 1) go_back();
    if (watched[0].answered && call(__NR_read, handshake, (word)&said, 1, 0) != 1) go_back();
    if (watched[1].answered && !said) signal = hear(signals, &status);
    if (signal == 0) sandbox = 0, go_back();
    if (signal != SIGCHLD_) end(128 + signal); /* not by a kill: what start_sandbox says holds here too */
  }
  if (is_locked && said != '=') go_back();
  /* Whom a byte cannot be written to has ended, which a signal says. */
  call(__NR_write, handshake, (word) "\n", 1, 0);
  call(__NR_close, handshake, 0, 0, 0);
}

__attribute__((noreturn)) static void see_to_end(long signals) {
  struct watched watched[] = {{signals, POLLIN_, 0}, {0, POLLRDHUP_, 0}};
  struct moment left, *timer = 0;
  int is_asked = 0, is_told = 0, is_forced = 0;
  for (;;) {
    long answer = poll(watched, 2, timer);
    if (answer == 0) { /* time is over: of the grace, or of the patience */
      if (is_told) is_forced = 1, timer = 0, call(__NR_kill, sandbox, SIGKILL_, 0, 0);
      else is_told = 1, left = after(AFTER_TERM), signal_server(SIGTERM_);
      continue;
    }
    if (watched[0].answered) {
      int status, signal = hear(signals, &status);
      if (signal == 0) end_as(status, is_asked, is_forced);
      if (signal == SIGCHLD_) continue;
      signal_server(signal);
      if (!is_told) left = after(AFTER_SIGNAL), timer = &left;
      is_asked = is_told = 1;
    }
    if (watched[1].answered) { /* the client has sent its last byte, or is gone */
      watched[1].descriptor = -1;
      if (!is_told) left = after(number(&grace, 10, 0)), timer = &left;
      is_asked = 1;
    }
  }
}

static void tend(char **arguments, char **variables) {
  word none[4] = {0}, heard = 1UL << (SIGCHLD_ - 1) | 1UL << (SIGTERM_ - 1) | 1UL << (SIGINT_ - 1) | 1UL << (SIGHUP_ - 1);
  word held = heard | 1UL << (SIGPIPE_ - 1);
  char *handed = 0;
  if (!arguments[0]) fail("tell who stays", "");
  launcher = arguments;
  variables_of = variables;
  for (char **one = variables; *one; one++) {
    word at = 0;
    while (HANDED[at] && (*one)[at] == HANDED[at]) at++;
    if (!HANDED[at]) handed = *one + at, *one = STAY;
  }
  if (!handed) fail("tell what to start", "");
  call(__NR_rt_sigprocmask, SET_MASK, (word)&held, 0, sizeof held);
  for (int signal = 1; signal <= SIGNALS_; signal++) call(__NR_rt_sigaction, signal, (word)none, 0, sizeof held);
  for (int descriptor = 0; descriptor < CHANNEL; descriptor++) { /* as Node.js gives them to whom it starts */
    long flags = call(__NR_fcntl, descriptor, F_GETFL, 0, 0);
    if (flags >= 0) call(__NR_fcntl, descriptor, F_SETFL, flags & ~(long)O_NONBLOCK, 0);
  }
  close_all();
  int count = receive(handed);
  long own = call(__NR_getpid, 0, 0, 0, 0);
  long signals = call(__NR_signalfd4, -1, (word)&heard, sizeof heard, O_CLOEXEC);
  if (signals < 0 || (sandbox = call(__NR_clone, SIGCHLD_, 0, 0, 0)) < 0) go_back();
  if (sandbox == 0) start_sandbox(own);
  for (int descriptor = CHANNEL; descriptor < CHANNEL + count; descriptor++) call(__NR_close, descriptor, 0, 0, 0);
  await_sandbox(signals);
  call(__NR_close, 1, 0, 0, 0); /* the server's end of it is then seen */
  if (words) tell(words);
  see_to_end(signals);
}
