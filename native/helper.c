/*
 * What the launcher needs of the kernel and Node.js does not offer. One static program without a C library, in parts:
 *
 *   helper enter [tree ROOT MANIFEST SHA256 STATS ENTRY SHA256] RESOURCE:SOFT:HARD… -- PROGRAM ARGUMENT…
 *     The first program inside a sandbox, in place of a shell: sets the limits (setrlimit(2), by number; one that is
 *     lower already stays), says on descriptor 3 that the sandbox stands (`=`: and that the tree in it is as it was
 *     kept, see tree.c), waits there to be told that the launcher still lives, and becomes PROGRAM.
 *
 *   helper listen PID ADDRESS:PORT…
 *     Outside: waits for the first child of PID, bubblewrap's, which is in the sandbox's network from its first moment;
 *     enters that network, listens there on the loopback addresses (hexadecimal:decimal), and hands each listening
 *     socket to its parent over descriptor 3, as Node.js passes handles between its processes. By then it listens on
 *     all of them: listen.c.
 *
 *   helper landlock OPTIONS -- PROGRAM ARGUMENT…
 *     In place of a sandbox, where no namespaces can be made: landlock.c.
 *
 *   helper tend LAUNCHER ARGUMENT…
 *     In place of a launcher that has nothing to read: tend.c.
 *
 * It ends with 125 where it cannot do its part; what it could not do stands on stderr.
 */
#include <asm/unistd.h>
#include <linux/in.h>
#include <linux/nsfs.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <linux/fcntl.h>

typedef unsigned long word;

#if defined(__x86_64__)
static long call6(long number, word a, word b, word c, word d, word e, word f) {
  long answer;
  register word r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(answer)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return answer;
}
__asm__(".globl _start\n_start: xor %ebp, %ebp; mov %rsp, %rdi; and $-16, %rsp; call begin");
#elif defined(__aarch64__)
static long call6(long number, word a, word b, word c, word d, word e, word f) {
  register word x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
                x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
__asm__(".globl _start\n_start: mov x29, #0; mov x0, sp; bl begin");
#else
#error "only x64 and arm64"
#endif

static long call(long number, word a, word b, word c, word d) { return call6(number, a, b, c, d, 0, 0); }

enum { CHANNEL = 3, FAILED = 125, DENIED = 126, MISSING = 127, NO_ENTRY = 2, SIGCHLD_ = 17 };

/* The compiler may call it by itself. */
void *memset(void *to, int byte, word count) {
  for (volatile char *at = to; count > 0; count--) *at++ = byte;
  return to;
}

static word length(const char *text) {
  word count = 0;
  while (text[count]) count++;
  return count;
}

static int equal(const char *one, const char *other) {
  while (*one && *one == *other) one++, other++;
  return *one == *other;
}

static void say(const char *text) { call(__NR_write, 2, (word)text, length(text), 0); }

__attribute__((noreturn)) static void end(int code) {
  for (;;) call(__NR_exit_group, code, 0, 0, 0);
}

__attribute__((noreturn)) static void fail(const char *what, const char *which) {
  say("mcp-secure-run: cannot ");
  say(what);
  say(which);
  say("\n");
  end(FAILED);
}

/* Reads a number up to `stop`, and leaves `text` behind it. */
static word number(char **text, int base, char stop) {
  word value = 0;
  char *at = *text;
  for (; *at && *at != stop; at++) {
    int digit = *at >= 'a' ? *at - 'a' + 10 : *at - '0';
    if (digit < 0 || digit >= base) fail("read the number ", *text);
    value = value * base + digit;
  }
  if (at == *text || *at != stop) fail("read the number ", *text);
  *text = at + (stop ? 1 : 0);
  return value;
}

/* Answers where the digits end. */
static char *spell(char *to, word value) {
  char digits[20];
  int count = 0;
  do digits[count++] = '0' + value % 10;
  while ((value /= 10) > 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

static word less(word one, word other) { return one < other ? one : other; }

#include "tree.c"

/* RESOURCE:SOFT:HARD. What is lower already stays. */
static void limit(char *asked) {
  char *text = asked;
  word resource = number(&text, 10, ':'), soft = number(&text, 10, ':'), hard = number(&text, 10, 0);
  struct rlimit64 limit;
  long answer = call(__NR_prlimit64, 0, resource, 0, (word)&limit);
  limit.rlim_cur = less(soft, limit.rlim_max);
  limit.rlim_max = less(hard, limit.rlim_max);
  if (answer < 0 || call(__NR_prlimit64, 0, resource, (word)&limit, 0) < 0) fail("set the limit ", asked);
}

/* Says that all stands, and waits for the launcher: one that is gone starts nothing. */
static void await_launcher(char byte) {
  if (call(__NR_write, CHANNEL, (word)&byte, 1, 0) != 1 || call(__NR_read, CHANNEL, (word)&byte, 1, 0) != 1) end(FAILED);
}

static void close_all(void) {
  if (call(__NR_close_range, CHANNEL, ~0U, 0, 0) < 0) /* Linux 5.9 */
    for (int descriptor = CHANNEL; descriptor < 1024; descriptor++) call(__NR_close, descriptor, 0, 0, 0);
}

__attribute__((noreturn)) static void become(char **program, char **variables) {
  close_all();
  long answer = call(__NR_execve, (word)program[0], (word)program, (word)variables, 0);
  say("mcp-secure-run: cannot execute ");
  say(program[0]);
  say(answer == -NO_ENTRY ? ": it or its interpreter is not there\n" : ": the system refuses\n");
  end(answer == -NO_ENTRY ? MISSING : DENIED);
}

static void enter(char **arguments, char **variables) {
  char said = '\n';
  if (*arguments && equal(*arguments, "tree")) {
    for (int at = 1; at <= 6; at++)
      if (!arguments[at]) fail("tell what tree is meant", "");
    if (is_tree(arguments + 1)) said = '=';
    arguments += 7;
  }
  for (; *arguments && !equal(*arguments, "--"); arguments++) limit(*arguments);
  await_launcher(said);
  if (!arguments[0] || !arguments[1]) fail("tell what to run", "");

  /* bubblewrap sets PWD; the environment is what the plan says, and nothing else. */
  char **to = variables;
  for (char **from = variables; *from; from++) {
    char *v = *from;
    if (!(v[0] == 'P' && v[1] == 'W' && v[2] == 'D' && v[3] == '=')) *to++ = v;
  }
  *to = 0;
  become(arguments + 1, variables);
}

static char *append(char *to, const char *text) {
  while (*text) *to++ = *text++;
  return to;
}

/* 0 where it has none, or is gone: proc_pid_task_tid_children(5). */
static long first_child_of(long process) {
  char path[80], text[24], *at = text;
  *append(spell(append(spell(append(path, "/proc/"), process), "/task/"), process), "/children") = 0;
  long file = call(__NR_openat, AT_FDCWD, (word)path, O_RDONLY | O_CLOEXEC, 0);
  long size = call(__NR_read, file, (word)text, sizeof text, 0);
  long child = 0;
  if (file >= 0) call(__NR_close, file, 0, 0, 0);
  for (; at < text + size && *at >= '0' && *at <= '9'; at++) child = child * 10 + *at - '0';
  return child;
}

#include "listen.c"
#include "landlock.c"
#include "tend.c"

__attribute__((noreturn, used)) void begin(word *stack) {
  char **arguments = (char **)(stack + 1), **variables = arguments + stack[0] + 1;
  char *part = stack[0] > 1 ? arguments[1] : "";
  if (equal(part, "enter")) enter(arguments + 2, variables);
  else if (equal(part, "listen")) listen_inside(arguments + 2);
  else if (equal(part, "landlock")) confine(arguments + 2, variables);
  else if (equal(part, "tend")) tend(arguments + 2, variables);
  else fail("tell which part is wanted", "");
  end(0);
}
