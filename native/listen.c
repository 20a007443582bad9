/*
 * Listens in the network of a sandbox, and hands the sockets over. Part of helper.c.
 *
 * The server never holds a way to the launcher: this runs outside, and enters by the user namespace that owns the network.
 */
enum { AF_INET = 2, SOCK_STREAM = 1, SOL_SOCKET = 1, SCM_RIGHTS = 1, BACKLOG = 1024, SOL_IP = 0 };

/* Ten seconds in all, in nanoseconds. */
enum { BETWEEN_TRIES = 200000, MAX_TRIES = 50000 };

static long await_child_of(long process) {
  for (int tries = 0; tries < MAX_TRIES && call(__NR_kill, process, 0, 0, 0) >= 0; tries++) {
    long child = first_child_of(process);
    if (child > 0) return child;
    struct __kernel_timespec moment = {0, BETWEEN_TRIES};
    call(__NR_nanosleep, (word)&moment, 0, 0, 0);
  }
  fail("find the sandbox", "");
}

/* The user namespace that owns the network is not the one of the server: bubblewrap makes a second one inside it. */
static void join(long process) {
  char path[64];
  *append(spell(append(path, "/proc/"), process), "/ns/net") = 0;
  long network = call(__NR_openat, AT_FDCWD, (word)path, O_RDONLY | O_CLOEXEC, 0);
  if (network < 0) fail("open ", path);
  long owner = call(__NR_ioctl, network, NS_GET_USERNS, 0, 0);
  if (owner < 0 || call(__NR_setns, owner, CLONE_NEWUSER, 0, 0) < 0) fail("enter the user namespace of ", path);
  if (call(__NR_setns, network, CLONE_NEWNET, 0, 0) < 0) fail("enter ", path);
}

struct control {
  word size;
  int level, type, descriptor, padding;
};

static void hand_over(int descriptor) {
  static char text[] = "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":\"listener\"}\n";
  struct iovec part = {text, sizeof text - 1};
  struct control control = {sizeof(word) + 3 * sizeof(int), SOL_SOCKET, SCM_RIGHTS, descriptor, 0};
  struct {
    void *name;
    int name_size;
    struct iovec *parts;
    word count;
    void *control;
    word control_size;
    int flags;
  } message = {0, 0, &part, 1, &control, sizeof control, 0};
  char taken[64]; /* Node.js says that it has it, and reads the next one only if we are still there */
  if (call(__NR_sendmsg, CHANNEL, (word)&message, 0, 0) < 0 || call(__NR_read, CHANNEL, (word)taken, sizeof taken, 0) < 1)
    fail("hand over a socket", "");
}

static void listen_inside(char **words) {
  char *process = words[0], **places = words + 1;
  word count = 0;
  if (!process) fail("tell whose network", "");
  while (places[count]) count++;
  join(await_child_of(number(&process, 10, 0)));
  long sockets[count + 1];
  for (word at = 0; at < count; at++) {
    char *text = places[at];
    word address = number(&text, 16, ':');
    word port = number(&text, 10, 0);
    int yes = 1;
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = __builtin_bswap16(port)};
    where.sin_addr.s_addr = __builtin_bswap32(address);
    sockets[at] = call(__NR_socket, AF_INET, SOCK_STREAM | O_NONBLOCK | O_CLOEXEC, 0, 0);
    /* The loopback interface may not be up yet: then it has no address, and gets it a moment later. */
    if (sockets[at] < 0 || call6(__NR_setsockopt, sockets[at], SOL_IP, IP_FREEBIND, (word)&yes, sizeof yes, 0) < 0 ||
        call(__NR_bind, sockets[at], (word)&where, sizeof where, 0) < 0 ||
        call(__NR_listen, sockets[at], BACKLOG, 0, 0) < 0)
      fail("listen on ", places[at]);
  }
  for (word at = 0; at < count; at++) hand_over(sockets[at]);
}
