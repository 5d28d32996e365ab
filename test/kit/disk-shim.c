/* Preloaded before libc: the disk does what the control file says. "slow N": fsync and fdatasync are N ms late. "fail": they fail with EIO; "fail NAME":
   for files with that in their path. "readonly NAME": whatever would change a file with that in its path fails with EROFS, as after a remount (a real one
   the kernel refuses while files are open for writing). Anything else: as always. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

static void control(char text[64]) {
  const char *path = getenv("DISK_CONTROL");
  /* Not by open(), which is ours. */
  int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY) : -1;
  ssize_t n = fd < 0 ? 0 : read(fd, text, 63);
  text[n > 0 ? n : 0] = 0;
  if (fd >= 0) close(fd);
}

static int concerns(int file, const char *name) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return strstr(path, name) != NULL;
}

static int synced(int file) {
  char text[64];
  control(text);
  if (strncmp(text, "fail", 4) == 0 && (text[4] != ' ' || concerns(file, text + 5))) {
    errno = EIO;
    return -1;
  }
  if (strncmp(text, "slow ", 5) == 0) {
    long ms = atol(text + 5);
    struct timespec wait = {ms / 1000, (ms % 1000) * 1000000L};
    nanosleep(&wait, NULL);
  }
  return 0;
}

/* Of an open file, or of a path where `path` is given. */
static int readonly(int file, const char *path) {
  char text[64];
  control(text);
  if (strncmp(text, "readonly ", 9) != 0) return 0;
  if (path ? strstr(path, text + 9) == NULL : !concerns(file, text + 9)) return 0;
  errno = EROFS;
  return 1;
}

int fsync(int fd) { return synced(fd) < 0 ? -1 : REAL(int, fsync, int)(fd); }
int fdatasync(int fd) { return synced(fd) < 0 ? -1 : REAL(int, fdatasync, int)(fd); }

ssize_t write(int fd, const void *data, size_t n) { return readonly(fd, NULL) ? -1 : REAL(ssize_t, write, int, const void *, size_t)(fd, data, n); }
ssize_t writev(int fd, const struct iovec *parts, int n) { return readonly(fd, NULL) ? -1 : REAL(ssize_t, writev, int, const struct iovec *, int)(fd, parts, n); }
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) { return readonly(fd, NULL) ? -1 : REAL(ssize_t, pwrite, int, const void *, size_t, off_t)(fd, data, n, at); }
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) { return readonly(fd, NULL) ? -1 : REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(fd, data, n, at); }
int ftruncate(int fd, off_t n) { return readonly(fd, NULL) ? -1 : REAL(int, ftruncate, int, off_t)(fd, n); }
int ftruncate64(int fd, off64_t n) { return readonly(fd, NULL) ? -1 : REAL(int, ftruncate64, int, off64_t)(fd, n); }
int unlink(const char *path) { return readonly(-1, path) ? -1 : REAL(int, unlink, const char *)(path); }
int mkdir(const char *path, mode_t mode) { return readonly(-1, path) ? -1 : REAL(int, mkdir, const char *, mode_t)(path, mode); }
int rename(const char *from, const char *to) { return readonly(-1, from) ? -1 : REAL(int, rename, const char *, const char *)(from, to); }

#define OPEN(name)                                                                                    \
  int name(const char *path, int flags, ...) {                                                        \
    va_list rest;                                                                                     \
    va_start(rest, flags);                                                                            \
    mode_t mode = va_arg(rest, mode_t);                                                               \
    va_end(rest);                                                                                     \
    if ((flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) && readonly(-1, path)) return -1;           \
    return REAL(int, name, const char *, int, ...)(path, flags, mode);                                \
  }
OPEN(open)
OPEN(open64)
