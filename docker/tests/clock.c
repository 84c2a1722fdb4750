/* A wall clock that can be set apart from the machine's, for the servers of e2e/faults: preloaded, it answers for
 * libc's and adds the seconds that the file named by CLOCK_FILE holds, which it looks at ten times a second. Elapsed
 * time stays as it is. (Debian's libfaketime waits for itself for ever in a program that allocates by jemalloc, as
 * Redis does.) It needs no header, and allocates nothing. */
struct timespec { long sec, nsec; };
struct timeval { long sec, usec; };
long syscall(long, ...);
int open(const char *, int, ...);
long read(int, void *, unsigned long);
int close(int);
char *getenv(const char *);

#ifdef __x86_64__
#define CLOCK_GETTIME 228
#else
#define CLOCK_GETTIME 113
#endif
#define REALTIME 0
#define MONOTONIC 1
#define REALTIME_COARSE 5

static volatile long looked = -1, off;

static long offset(void) {
  struct timespec now;
  long tenth;
  syscall(CLOCK_GETTIME, MONOTONIC, &now);
  tenth = now.sec * 10 + now.nsec / 100000000;
  if (tenth != looked) {
    char text[32];
    const char *name = getenv("CLOCK_FILE");
    long n, i, sum = 0, sign = 1;
    int fd = name ? open(name, 0x80000 /* O_CLOEXEC */) : -1;
    looked = tenth;
    if (fd < 0) return off;
    n = read(fd, text, sizeof text);
    close(fd);
    for (i = 0; i < n; i++) {
      if (text[i] == '-') sign = -1;
      else if (text[i] >= '0' && text[i] <= '9') sum = 10 * sum + text[i] - '0';
    }
    off = sign * sum;
  }
  return off;
}

int clock_gettime(int clock, struct timespec *t) {
  int failed = (int)syscall(CLOCK_GETTIME, clock, t);
  if (!failed && (clock == REALTIME || clock == REALTIME_COARSE)) t->sec += offset();
  return failed;
}

int gettimeofday(struct timeval *t, void *zone) {
  struct timespec now;
  (void)zone;
  if (t) {
    clock_gettime(REALTIME, &now);
    t->sec = now.sec;
    t->usec = now.nsec / 1000;
  }
  return 0;
}

long time(long *t) {
  struct timespec now;
  clock_gettime(REALTIME, &now);
  if (t) *t = now.sec;
  return now.sec;
}
