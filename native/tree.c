/*
 * Whether a package's tree is as it was when its contents were last compared. Part of helper.c.
 *
 * What src/store/stat-manifest.ts keeps is read through a descriptor: lines of text (what it is, the SHA-256 of the
 * manifest, each path), a zero, and for each path five doubles. Each path is looked at by fstatat(2) from the tree down,
 * itself where it is a link: a directory among them is a path of its own.
 */
#include <asm/stat.h>

enum { PROT_READ_WRITE = 3, MAP_PRIVATE_POPULATED = 0x8002, MAP_SHARED_ANONYMOUS = 0x21, WIDTH = 5, SHARE = 64, HASH_BYTES = 32 };

struct text {
  unsigned char *bytes;
  word size;
};

/* All of a file, to be changed at will; nothing where there is nothing. */
static struct text read_all(long descriptor) {
  struct stat status;
  struct text text = {0, 0};
  if (descriptor < 0 || call(__NR_fstat, descriptor, (word)&status, 0, 0) < 0 || status.st_size <= 0) return text;
  long at = call6(__NR_mmap, 0, status.st_size, PROT_READ_WRITE, MAP_PRIVATE_POPULATED, descriptor, 0);
  if (at < 0 && at > -4096) return text;
  text.bytes = (unsigned char *)at;
  text.size = status.st_size;
  return text;
}

/* FIPS 180-4, 6.2. */
static const unsigned K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static unsigned turned(unsigned x, int by) { return x >> by | x << (32 - by); }

static void digest_block(unsigned state[8], const unsigned char *block) {
  unsigned w[64], s[8];
  for (int i = 0; i < 16; i++)
    w[i] = (unsigned)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    unsigned a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (turned(a, 7) ^ turned(a, 18) ^ a >> 3) + (turned(b, 17) ^ turned(b, 19) ^ b >> 10);
  }
  for (int i = 0; i < 8; i++) s[i] = state[i];
#define S(name) s[(name - i) & 7] /* a to h change their places instead of moving */
#pragma GCC unroll 8
  for (int i = 0; i < 64; i++) {
    unsigned sum = turned(S(4), 6) ^ turned(S(4), 11) ^ turned(S(4), 25);
    unsigned one = S(7) + sum + ((S(4) & S(5)) ^ (~S(4) & S(6))) + K[i] + w[i];
    unsigned two = (turned(S(0), 2) ^ turned(S(0), 13) ^ turned(S(0), 22)) + ((S(0) & S(1)) ^ (S(0) & S(2)) ^ (S(1) & S(2)));
    S(3) += one;
    S(7) = one + two;
  }
#undef S
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

/* Whether a text has this SHA-256, in hexadecimal. */
static int has_digest(struct text text, const char *digest) {
  unsigned state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  unsigned char last[128];
  word whole = text.size / 64 * 64, rest = text.size - whole, padded = rest < 56 ? 64 : 128, bits = text.size * 8;
  for (word at = 0; at < whole; at += 64) digest_block(state, text.bytes + at);
  for (word i = 0; i < padded; i++) last[i] = i < rest ? text.bytes[whole + i] : i == rest ? 0x80 : 0;
  for (int i = 0; i < 8; i++) last[padded - 1 - i] = bits >> (8 * i);
  for (word at = 0; at < padded; at += 64) digest_block(state, last + at);
  for (int i = 0; i < 2 * HASH_BYTES; i++) {
    unsigned half = state[i / 8] >> (28 - 4 * (i % 8)) & 15;
    if (digest[i] != "0123456789abcdef"[half]) return 0;
  }
  return digest[2 * HASH_BYTES] == 0;
}

static int is_same(const struct stat *status, const unsigned char *kept) {
  /* As Node.js has a time, in milliseconds: the same two operations, and so the same double. */
  double changed = (double)status->st_ctime * 1000.0 + (double)status->st_ctime_nsec / 1000000.0;
  double now[WIDTH] = {status->st_dev, status->st_ino, status->st_size, status->st_mode, changed};
  for (int i = 0; i < WIDTH; i++) {
    double before;
    __builtin_memcpy(&before, kept + i * sizeof before, sizeof before);
    if (before != now[i]) return 0;
  }
  return 1;
}

/* Ends each line of a text in place, and answers how many there are: the last one has its end already. */
static word end_lines(char *at) {
  word count = 1;
  for (; *at; at++)
    if (*at == '\n') *at = 0, count++;
  return count;
}

static char *next_line(char *line) { return line + length(line) + 1; }

struct kept {
  long root;
  char *paths;
  word count;
  const unsigned char *stats;
  word *next; /* the first path that nobody has looked at; shared */
};

/* Looks at paths until all have been looked at, beside whoever else does. */
static int is_as_kept(const struct kept *kept) {
  char *path = kept->paths;
  for (word at = 0, from; (from = __atomic_fetch_add(kept->next, SHARE, __ATOMIC_RELAXED)) < kept->count;) {
    for (; at < from; at++) path = next_line(path);
    for (; at < less(from + SHARE, kept->count); at++, path = next_line(path)) {
      struct stat status;
      if (call(__NR_newfstatat, kept->root, (word)(*path ? path : "."), (word)&status, AT_SYMLINK_NOFOLLOW) < 0) return 0;
      if (!is_same(&status, kept->stats + at * WIDTH * sizeof(double))) return 0;
    }
  }
  return 1;
}

/*
 * ROOT MANIFEST SHA256 STATS ENTRY SHA256: whether the manifest, a descriptor, and the entry, below the root, have these
 * hashes, and every path is as it was kept. No for whatever cannot be told: the launcher looks again.
 */
static int is_tree(char **words) {
  char *manifest = words[1], *descriptor = words[3];
  long root = call(__NR_openat, AT_FDCWD, (word)words[0], O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  long entry = call(__NR_openat, root, (word)words[4], O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
  struct text text = read_all(number(&descriptor, 10, 0));
  char *first = (char *)text.bytes, *zero = first, *limit = first + text.size;
  while (zero < limit && *zero) zero++;
  if (root < 0 || zero == limit) return 0;
  word lines = end_lines(first);
  if (lines < 3 || !equal(first, "mcp-secure-run stat 2") || !equal(next_line(first), words[2])) return 0;
  long shared = call6(__NR_mmap, 0, sizeof(word), PROT_READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0);
  if (shared < 0 && shared > -4096) return 0;
  struct kept kept = {root, next_line(next_line(first)), lines - 2, (unsigned char *)zero + 1, (word *)shared};
  if ((word)(limit - zero - 1) != kept.count * WIDTH * sizeof(double)) return 0;

  /* Each path takes a call, which is most of what a start waits for: a second process takes its share of them. */
  long other = call(__NR_clone, SIGCHLD_, 0, 0, 0);
  if (other == 0) end(is_as_kept(&kept) ? 0 : FAILED);
  int status = FAILED, is_good = other > 0 && has_digest(read_all(number(&manifest, 10, 0)), words[2]) &&
                                 has_digest(read_all(entry), words[5]) && is_as_kept(&kept);
  if (other > 0 && call(__NR_wait4, other, (word)&status, 0, 0) != other) return 0;
  char *path = kept.paths;
  for (word at = 1; at < kept.count && !equal(path, words[4]); at++) path = next_line(path);
  return is_good && status == 0 && equal(path, words[4]);
}
