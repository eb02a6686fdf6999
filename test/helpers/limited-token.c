/* Forwards PKCS#11 to the module in BASE_MODULE. Refuses sessions while the file MODULE_FOLDER/sessions has a lower
   number than those that are open, to a process that has none after 200 ms, and writes each refusal to
   MODULE_FOLDER/refusals. Writes each log-in to MODULE_FOLDER/logins: the user's result as a number. While the file
   MODULE_FOLDER/signal has the number of a signal, a process that opens a session or signs gets it: then SoftHSM is not
   writing, and a kill cannot leave half a token behind. While the file MODULE_FOLDER/full has the number of an error, no
   key is created; each attempt is written to MODULE_FOLDER/creations. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef unsigned long Result;
/* CK_FUNCTION_LIST of PKCS#11 2.40: its version, and its functions in the order of the standard. */
typedef struct { unsigned char version[2]; void *functions[68]; } List;
enum { OPEN_SESSION = 12, LOGIN = 18, SIGN_INIT = 42, GENERATE_KEY_PAIR = 59 };
enum { OK = 0, GENERAL_ERROR = 5, SESSION_COUNT = 0xb1 };

typedef Result (*OpenSession)(Result, Result, void *, void *, Result *);
typedef Result (*Login)(Result, Result, unsigned char *, Result);
typedef Result (*SignInit)(Result, void *, Result);

static List *real;
static List list;
static long opened = 0;

static FILE *open_file(const char *name, const char *mode) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("MODULE_FOLDER"), name);
  return fopen(path, mode);
}

/* The number in a file; -1 without one. */
static long read_number(const char *name) {
  long number = -1;
  FILE *file = open_file(name, "r");
  if (file) {
    if (fscanf(file, "%ld", &number) != 1) number = -1;
    fclose(file);
  }
  return number;
}

static void write_line(const char *name, Result number) {
  FILE *file = open_file(name, "a");
  if (file) {
    fprintf(file, "%lu\n", number);
    fclose(file);
  }
}

static void take_signal(void) {
  long number = read_number("signal");
  if (number > 0) raise((int)number);
}

static Result open_session(Result slot, Result flags, void *data, void *notify, Result *session) {
  take_signal();
  long limit = read_number("sessions");
  if (limit >= 0 && opened >= limit) {
    if (opened == 0) usleep(200000); /* longer than the limit of a signature in the tests */
    write_line("refusals", SESSION_COUNT);
    return SESSION_COUNT;
  }
  Result result = ((OpenSession)real->functions[OPEN_SESSION])(slot, flags, data, notify, session);
  if (result == OK) opened += 1;
  return result;
}

static Result sign_init(Result session, void *mechanism, Result key) {
  take_signal();
  return ((SignInit)real->functions[SIGN_INIT])(session, mechanism, key);
}

typedef Result (*GenerateKeyPair)(Result, void *, void *, Result, void *, Result, Result *, Result *);

static Result generate_key_pair(Result session, void *mechanism, void *public, Result public_count, void *private,
                                Result private_count, Result *public_key, Result *private_key) {
  write_line("creations", 1);
  long error = read_number("full");
  if (error > 0) return (Result)error;
  return ((GenerateKeyPair)real->functions[GENERATE_KEY_PAIR])(session, mechanism, public, public_count, private,
                                                               private_count, public_key, private_key);
}

static Result login(Result session, Result user, unsigned char *pin, Result length) {
  Result result = ((Login)real->functions[LOGIN])(session, user, pin, length);
  write_line("logins", result);
  return result;
}

Result C_GetFunctionList(List **out) {
  Result (*get)(List **);
  void *module = dlopen(getenv("BASE_MODULE"), RTLD_NOW | RTLD_LOCAL);
  if (!module) return GENERAL_ERROR;
  *(void **)&get = dlsym(module, "C_GetFunctionList");
  if (!get || get(&real) != OK) return GENERAL_ERROR;
  list = *real;
  list.functions[OPEN_SESSION] = (void *)open_session;
  list.functions[LOGIN] = (void *)login;
  list.functions[SIGN_INIT] = (void *)sign_init;
  list.functions[GENERATE_KEY_PAIR] = (void *)generate_key_pair;
  *out = &list;
  return OK;
}
