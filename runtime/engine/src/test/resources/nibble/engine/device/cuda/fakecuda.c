/*
 * A CUDA driver without a GPU, for tests: records every call with its arguments, keeps device memory in malloc'ed blocks,
 * and runs a stream's work only when something waits for it, so that a missing wait is seen.
 *
 * Environment: FAKE_CUDA_LOG file of calls; FAKE_CUDA_FAIL name:nth:code[,...] makes the nth call of that name fail;
 * FAKE_CUDA_DEVICES count; FAKE_CUDA_CAPABILITY such as 90; FAKE_CUDA_MEMORY bytes.
 * PTX: parameters are read from its .entry lines. "// fake: error TEXT" and "// fake: info TEXT" go to the logs,
 * "// fake: shared N" is static shared memory. A kernel named increment (u64 address, u32 count) adds 1 to bytes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int CUresult;
typedef uint64_t CUdeviceptr;
typedef struct Object Object;

enum { SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_PTX = 218,
       INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700 };
enum Kind { STREAM, EVENT, MODULE, FUNCTION, MEMORY, HOST, CONTEXT, KINDS };
static const char *const KIND_NAMES[KINDS] = {"stream", "event", "module", "function", "memory", "host", "context"};

#define MAX_PARAMS 16

/* Every handle that was ever given out; never freed, so that a stale one can be told. */
struct Object {
  enum Kind kind;
  int id;
  int live;
  Object *next;
  /* memory */
  char *bytes;
  size_t size;
  /* module and function */
  char *text;
  char name[128];
  int parameters;
  int widths[MAX_PARAMS];
  char types[MAX_PARAMS][8];
  int shared;
  int dynamic_limit;
  /* stream: the first and last of its work; event: how often it was recorded, and reached */
  struct Work *first, *last;
  int recorded, reached;
  Object *recorded_in;
};

typedef struct Work {
  enum { COPY, FILL, KERNEL, RECORD, WAIT } kind;
  char *to;
  const char *from;
  size_t count;
  int value;
  Object *object;
  int generation;
  uint64_t arguments[MAX_PARAMS];
  struct Work *next;
} Work;

static Object *objects;
static int counts[KINDS];
static FILE *log_file;
static int lost;
static size_t used;
static Object *primary[16];
static int retained[16];
static __thread Object *current;

static size_t setting(const char *name, size_t otherwise) {
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 10) : otherwise;
}

static void record(const char *format, ...) {
  if (!log_file) {
    const char *path = getenv("FAKE_CUDA_LOG");
    log_file = path ? fopen(path, "w") : stderr;
    setvbuf(log_file, NULL, _IOLBF, 0);
  }
  va_list arguments;
  va_start(arguments, format);
  vfprintf(log_file, format, arguments);
  va_end(arguments);
  fputc('\n', log_file);
}

/* The error that this call shall fail with, or 0. */
static int injected(const char *name) {
  static struct { char name[64]; int calls; } seen[64];
  int slot = 0;
  while (seen[slot].name[0] && strcmp(seen[slot].name, name)) slot++;
  strcpy(seen[slot].name, name);
  int call = ++seen[slot].calls;
  const char *text = getenv("FAKE_CUDA_FAIL");
  while (text && *text) {
    char wanted[64];
    int nth, code;
    if (sscanf(text, "%63[^:]:%d:%d", wanted, &nth, &code) == 3 && !strcmp(wanted, name) && nth == call) return code;
    text = strchr(text, ',');
    if (text) text++;
  }
  return 0;
}

static int enter(const char *name, int needs_context) {
  int code = injected(name);
  if (code == ILLEGAL_ADDRESS || code == 719) lost = code;
  if (!code && needs_context && (!current || !current->live)) code = INVALID_CONTEXT;
  if (!code && needs_context && lost) code = lost;
  if (code) record("%s fails with %d", name, code);
  return code;
}
#define ENTER(name, needs_context) do { int code_ = enter(name, needs_context); if (code_) return code_; } while (0)

static Object *make(enum Kind kind) {
  Object *object = calloc(1, sizeof *object);
  object->kind = kind;
  object->id = ++counts[kind];
  object->live = 1;
  object->next = objects;
  objects = object;
  return object;
}

static int valid(Object *object, enum Kind kind) {
  for (Object *known = objects; known; known = known->next)
    if (known == object) return known->kind == kind && known->live;
  return 0;
}

static int live(enum Kind kind) {
  int count = 0;
  for (Object *object = objects; object; object = object->next) count += object->kind == kind && object->live;
  return count;
}

static Object *block_of(enum Kind kind, const void *address, size_t bytes) {
  for (Object *object = objects; object; object = object->next)
    if (object->kind == kind && object->live && (char *) address >= object->bytes
        && (char *) address + bytes <= object->bytes + object->size) return object;
  return NULL;
}

/* "memory1+256", or the number itself where it is no address. */
static const char *place(const void *address, enum Kind kind) {
  static char texts[4][64];
  static int next;
  char *text = texts[next++ % 4];
  Object *block = block_of(kind, address, 0);
  if (block) sprintf(text, "%s%d+%td", KIND_NAMES[kind], block->id, (char *) address - block->bytes);
  else sprintf(text, "%p", address);
  return text;
}

static Work *enqueue(Object *stream, int kind) {
  Work *work = calloc(1, sizeof *work);
  work->kind = kind;
  if (stream->last) stream->last->next = work;
  else stream->first = work;
  stream->last = work;
  return work;
}

static void drain(Object *stream, Object *event, int generation);

static void run(Work *work) {
  switch (work->kind) {
    case COPY:
      if (!block_of(MEMORY, work->to, work->count) && !block_of(HOST, work->to, work->count)) lost = ILLEGAL_ADDRESS;
      else if (!block_of(MEMORY, work->from, work->count) && !block_of(HOST, work->from, work->count)) lost = ILLEGAL_ADDRESS;
      else memmove(work->to, work->from, work->count);
      break;
    case FILL:
      if (!block_of(MEMORY, work->to, work->count)) lost = ILLEGAL_ADDRESS;
      else memset(work->to, work->value, work->count);
      break;
    case KERNEL:
      if (!strcmp(work->object->name, "increment")) {
        uint32_t count = (uint32_t) work->arguments[1];
        char *bytes = (char *) work->arguments[0];
        if (!block_of(MEMORY, bytes, count)) lost = ILLEGAL_ADDRESS;
        else for (uint32_t i = 0; i < count; i++) bytes[i]++;
      }
      break;
    case RECORD:
      if (work->generation > work->object->reached) work->object->reached = work->generation;
      break;
    case WAIT:
      if (work->object->recorded_in) drain(work->object->recorded_in, work->object, work->generation);
      break;
  }
}

/* Runs a stream's work, up to where the event is recorded for the nth time, or all of it. */
static void drain(Object *stream, Object *event, int generation) {
  while (stream->first && !(event && event->reached >= generation)) {
    Work *work = stream->first;
    stream->first = work->next;
    if (!stream->first) stream->last = NULL;
    run(work);
    free(work);
  }
}

CUresult cuInit(unsigned flags) { ENTER("cuInit", 0); record("cuInit"); return SUCCESS; }
CUresult cuDriverGetVersion(int *version) { *version = 12060; return SUCCESS; }

CUresult cuDeviceGetCount(int *count) {
  ENTER("cuDeviceGetCount", 0);
  *count = (int) setting("FAKE_CUDA_DEVICES", 1);
  return SUCCESS;
}

CUresult cuDeviceGet(int *device, int ordinal) {
  ENTER("cuDeviceGet", 0);
  if (ordinal < 0 || ordinal >= (int) setting("FAKE_CUDA_DEVICES", 1)) return INVALID_DEVICE;
  record("cuDeviceGet %d", ordinal);
  *device = ordinal;
  return SUCCESS;
}

CUresult cuDeviceGetName(char *name, int length, int device) {
  ENTER("cuDeviceGetName", 0);
  snprintf(name, length, "Fake GPU %d", device);
  return SUCCESS;
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = setting("FAKE_CUDA_MEMORY", 1 << 30); return SUCCESS; }

CUresult cuDeviceGetAttribute(int *value, int attribute, int device) {
  ENTER("cuDeviceGetAttribute", 0);
  int capability = (int) setting("FAKE_CUDA_CAPABILITY", 90);
  switch (attribute) {
    case 1: *value = 1024; break;
    case 8: *value = 49152; break;
    case 16: *value = 132; break;
    case 75: *value = capability / 10; break;
    case 76: *value = capability % 10; break;
    case 97: *value = 232448; break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}

CUresult cuDevicePrimaryCtxRetain(Object **context, int device) {
  ENTER("cuDevicePrimaryCtxRetain", 0);
  if (!primary[device]) primary[device] = make(CONTEXT);
  primary[device]->live = 1;
  retained[device]++;
  record("cuDevicePrimaryCtxRetain %d", device);
  *context = primary[device];
  return SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease_v2(int device) {
  ENTER("cuDevicePrimaryCtxRelease", 0);
  record("cuDevicePrimaryCtxRelease %d live streams=%d events=%d modules=%d memory=%d host=%d", device, live(STREAM),
      live(EVENT), live(MODULE), live(MEMORY), live(HOST));
  if (!retained[device]) return INVALID_CONTEXT;
  if (!--retained[device]) primary[device]->live = 0;
  return SUCCESS;
}

CUresult cuCtxSetCurrent(Object *context) {
  if (context && !valid(context, CONTEXT)) return INVALID_CONTEXT;
  current = context;
  return SUCCESS;
}

CUresult cuCtxSynchronize(void) {
  ENTER("cuCtxSynchronize", 1);
  for (Object *object = objects; object; object = object->next)
    if (object->kind == STREAM && object->live) drain(object, NULL, 0);
  record("cuCtxSynchronize");
  return lost;
}

CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
  ENTER("cuMemGetInfo", 1);
  *total = setting("FAKE_CUDA_MEMORY", 1 << 30);
  *free_bytes = *total - used;
  return SUCCESS;
}

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
  ENTER("cuMemAlloc", 1);
  if (!bytes) return INVALID_VALUE;
  if (bytes > setting("FAKE_CUDA_MEMORY", 1 << 30) - used) {
    record("cuMemAlloc %zu: out of memory", bytes);
    return OUT_OF_MEMORY;
  }
  Object *block = make(MEMORY);
  block->bytes = aligned_alloc(512, (bytes + 511) / 512 * 512);
  memset(block->bytes, 0xCD, bytes);
  block->size = bytes;
  used += bytes;
  *address = (CUdeviceptr) block->bytes;
  record("cuMemAlloc %zu -> memory%d", bytes, block->id);
  return SUCCESS;
}

CUresult cuMemFree_v2(CUdeviceptr address) {
  ENTER("cuMemFree", 1);
  Object *block = block_of(MEMORY, (void *) address, 0);
  if (!block || block->bytes != (char *) address) return INVALID_VALUE;
  block->live = 0;
  used -= block->size;
  record("cuMemFree memory%d", block->id);
  free(block->bytes);
  return SUCCESS;
}

CUresult cuMemHostAlloc(void **address, size_t bytes, unsigned flags) {
  ENTER("cuMemHostAlloc", 1);
  Object *block = make(HOST);
  block->bytes = malloc(bytes);
  memset(block->bytes, 0xCD, bytes);
  block->size = bytes;
  *address = block->bytes;
  record("cuMemHostAlloc %zu flags=%u -> host%d", bytes, flags, block->id);
  return SUCCESS;
}

CUresult cuMemFreeHost(void *address) {
  ENTER("cuMemFreeHost", 1);
  Object *block = block_of(HOST, address, 0);
  if (!block || block->bytes != (char *) address) return INVALID_VALUE;
  block->live = 0;
  record("cuMemFreeHost host%d", block->id);
  return SUCCESS;
}

/* The rest of the line behind "// fake: WORD ", or NULL. */
static char *directive(const char *text, const char *word) {
  char marker[64];
  sprintf(marker, "// fake: %s ", word);
  const char *at = strstr(text, marker);
  if (!at) return NULL;
  at += strlen(marker);
  return strndup(at, strcspn(at, "\n"));
}

CUresult cuModuleLoadDataEx(Object **module, const void *image, unsigned count, int *options, void **values) {
  ENTER("cuModuleLoadDataEx", 1);
  char *info = NULL, *errors = NULL;
  size_t info_size = 0, error_size = 0;
  int line_info = 0;
  for (unsigned i = 0; i < count; i++) {
    size_t number = (size_t) values[i];
    switch (options[i]) {
      case 3: info = values[i]; break;
      case 4: info_size = number & 0xffffffff; break;
      case 5: errors = values[i]; break;
      case 6: error_size = number & 0xffffffff; break;
      case 13: line_info = (int) number; break;
    }
  }
  char *complaint = directive(image, "error");
  char *remark = directive(image, "info");
  if (complaint && errors) snprintf(errors, error_size, "%s\n", complaint);
  if (remark && info) snprintf(info, info_size, "%s\n", remark);
  record("cuModuleLoadDataEx bytes=%zu info=%zu error=%zu lineinfo=%d%s", strlen(image), info_size, error_size, line_info,
      complaint ? " refused" : "");
  if (complaint) return INVALID_PTX;
  *module = make(MODULE);
  (*module)->text = strdup(image);
  return SUCCESS;
}

CUresult cuModuleUnload(Object *module) {
  ENTER("cuModuleUnload", 1);
  if (!valid(module, MODULE)) return INVALID_HANDLE;
  module->live = 0;
  record("cuModuleUnload module%d", module->id);
  return SUCCESS;
}

CUresult cuModuleGetFunction(Object **function, Object *module, const char *name) {
  ENTER("cuModuleGetFunction", 1);
  if (!valid(module, MODULE)) return INVALID_HANDLE;
  char entry[160];
  snprintf(entry, sizeof entry, ".entry %s(", name);
  char *at = strstr(module->text, entry);
  if (!at) return NOT_FOUND;
  Object *made = make(FUNCTION);
  strcpy(made->name, name);
  char *end = strchr(at, ')');
  while ((at = strstr(at, ".param .")) && at < end && made->parameters < MAX_PARAMS) {
    char *type = made->types[made->parameters];
    sscanf(at, ".param .%7[a-z0-9]", type);
    /* Of a tensor map only the first bytes are told. */
    if (!strcmp(type, "align")) strcpy(type, "m64");
    made->widths[made->parameters++] = atoi(type + 1) / 8;
    at++;
  }
  char *shared = directive(module->text, "shared");
  made->shared = shared ? atoi(shared) : 0;
  made->dynamic_limit = 49152 - made->shared;
  record("cuModuleGetFunction %s parameters=%d", name, made->parameters);
  *function = made;
  return SUCCESS;
}

CUresult cuFuncGetAttribute(int *value, int attribute, Object *function) {
  ENTER("cuFuncGetAttribute", 1);
  switch (attribute) {
    case 0: *value = 512; break;
    case 1: *value = function->shared; break;
    case 3: *value = 0; break;
    case 4: *value = 42; break;
    case 8: *value = function->dynamic_limit; break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}

CUresult cuFuncSetAttribute(Object *function, int attribute, int value) {
  ENTER("cuFuncSetAttribute", 1);
  if (attribute != 8) return INVALID_VALUE;
  function->dynamic_limit = value;
  record("cuFuncSetAttribute %s dynamic=%d", function->name, value);
  return SUCCESS;
}

CUresult cuLaunchKernel(Object *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, Object *stream, void **parameters, void **extra) {
  ENTER("cuLaunchKernel", 1);
  if (!valid(function, FUNCTION) || !valid(stream, STREAM)) return INVALID_HANDLE;
  if ((int) shared > function->dynamic_limit) return INVALID_VALUE;
  Work *work = enqueue(stream, KERNEL);
  work->object = function;
  char text[1024] = "";
  for (int i = 0; i < function->parameters; i++) {
    memcpy(&work->arguments[i], parameters[i], function->widths[i]);
    char *end = text + strlen(text);
    if (function->widths[i] == 8 && block_of(MEMORY, (void *) work->arguments[i], 0))
      sprintf(end, " %s", place((void *) work->arguments[i], MEMORY));
    else
      sprintf(end, " %s:%0*llx", function->types[i], 2 * function->widths[i], (unsigned long long) work->arguments[i]);
  }
  record("cuLaunchKernel %s grid=%u,%u,%u block=%u,%u,%u shared=%u stream%d%s%s", function->name, gx, gy, gz, bx, by, bz,
      shared, stream->id, text, extra ? " extra" : "");
  return SUCCESS;
}

/* Maps of its own: the address, and a mark. */
CUresult cuTensorMapEncodeTiled(void *map, int type, unsigned rank, void *address, const uint64_t *extents,
    const uint64_t *strides, const unsigned *box, const unsigned *steps, int interleave, int swizzle, int promotion, int fill) {
  ENTER("cuTensorMapEncodeTiled", 0);
  if ((uintptr_t) map % 64) return INVALID_VALUE;
  char text[512] = "";
  for (unsigned i = 0; i < rank; i++)
    sprintf(text + strlen(text), " %llu/%llu/%u/%u", (unsigned long long) extents[i],
        (unsigned long long) (i ? strides[i - 1] : 0), box[i], steps[i]);
  memset(map, 0x5a, 128);
  record("cuTensorMapEncodeTiled type%d %s%s interleave%d swizzle%d promotion%d fill%d", type, place(address, MEMORY), text,
      interleave, swizzle, promotion, fill);
  return SUCCESS;
}

CUresult cuStreamCreate(Object **stream, unsigned flags) {
  ENTER("cuStreamCreate", 1);
  *stream = make(STREAM);
  record("cuStreamCreate flags=%u -> stream%d", flags, (*stream)->id);
  return SUCCESS;
}

CUresult cuStreamDestroy_v2(Object *stream) {
  ENTER("cuStreamDestroy", 1);
  if (!valid(stream, STREAM)) return INVALID_HANDLE;
  drain(stream, NULL, 0);
  stream->live = 0;
  record("cuStreamDestroy stream%d", stream->id);
  return SUCCESS;
}

CUresult cuStreamSynchronize(Object *stream) {
  ENTER("cuStreamSynchronize", 1);
  if (!valid(stream, STREAM)) return INVALID_HANDLE;
  drain(stream, NULL, 0);
  record("cuStreamSynchronize stream%d", stream->id);
  return lost;
}

CUresult cuEventCreate(Object **event, unsigned flags) {
  ENTER("cuEventCreate", 1);
  *event = make(EVENT);
  record("cuEventCreate flags=%u -> event%d", flags, (*event)->id);
  return SUCCESS;
}

CUresult cuEventDestroy_v2(Object *event) {
  ENTER("cuEventDestroy", 1);
  if (!valid(event, EVENT)) return INVALID_HANDLE;
  event->live = 0;
  record("cuEventDestroy event%d", event->id);
  return SUCCESS;
}

CUresult cuEventRecord(Object *event, Object *stream) {
  ENTER("cuEventRecord", 1);
  if (!valid(event, EVENT) || !valid(stream, STREAM)) return INVALID_HANDLE;
  Work *work = enqueue(stream, RECORD);
  work->object = event;
  work->generation = ++event->recorded;
  event->recorded_in = stream;
  record("cuEventRecord event%d stream%d", event->id, stream->id);
  return SUCCESS;
}

CUresult cuEventQuery(Object *event) {
  ENTER("cuEventQuery", 1);
  if (!valid(event, EVENT)) return INVALID_HANDLE;
  return event->reached >= event->recorded ? SUCCESS : NOT_READY;
}

CUresult cuEventSynchronize(Object *event) {
  ENTER("cuEventSynchronize", 1);
  if (!valid(event, EVENT)) return INVALID_HANDLE;
  if (event->recorded_in) drain(event->recorded_in, event, event->recorded);
  record("cuEventSynchronize event%d", event->id);
  return lost;
}

CUresult cuEventElapsedTime(float *milliseconds, Object *from, Object *to) {
  ENTER("cuEventElapsedTime", 1);
  if (!valid(from, EVENT) || !valid(to, EVENT) || !from->recorded || !to->recorded) return INVALID_HANDLE;
  if (from->reached < from->recorded || to->reached < to->recorded) return NOT_READY;
  *milliseconds = 1.5f;
  return SUCCESS;
}

CUresult cuStreamWaitEvent(Object *stream, Object *event, unsigned flags) {
  ENTER("cuStreamWaitEvent", 1);
  if (!valid(event, EVENT) || !valid(stream, STREAM)) return INVALID_HANDLE;
  Work *work = enqueue(stream, WAIT);
  work->object = event;
  work->generation = event->recorded;
  record("cuStreamWaitEvent stream%d event%d", stream->id, event->id);
  return SUCCESS;
}

static CUresult copy(const char *name, char *to, enum Kind to_kind, const char *from, enum Kind from_kind, size_t bytes,
    Object *stream) {
  ENTER(name, 1);
  if (!valid(stream, STREAM)) return INVALID_HANDLE;
  Work *work = enqueue(stream, COPY);
  work->to = to;
  work->from = from;
  work->count = bytes;
  record("%s %s <- %s bytes=%zu stream%d", name, place(to, to_kind), place(from, from_kind), bytes, stream->id);
  return SUCCESS;
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, Object *stream) {
  return copy("cuMemcpyHtoDAsync", (char *) to, MEMORY, from, HOST, bytes, stream);
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, Object *stream) {
  return copy("cuMemcpyDtoHAsync", to, HOST, (char *) from, MEMORY, bytes, stream);
}

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, Object *stream) {
  return copy("cuMemcpyDtoDAsync", (char *) to, MEMORY, (char *) from, MEMORY, bytes, stream);
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes, Object *stream) {
  ENTER("cuMemsetD8Async", 1);
  if (!valid(stream, STREAM)) return INVALID_HANDLE;
  Work *work = enqueue(stream, FILL);
  work->to = (char *) to;
  work->value = value;
  work->count = bytes;
  record("cuMemsetD8Async %s value=%d bytes=%zu stream%d", place((char *) to, MEMORY), value, bytes, stream->id);
  return SUCCESS;
}
