/* Forwards PKCS#11 to the module in BASE_MODULE, and adds ML-DSA of PKCS#11 3.2, which SoftHSM does not have: with the
   OpenSSL of the process, which is Node's. Keys live as long as the process. RSA keys have 2,048 bits at the most. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long Number;
typedef struct { Number type; void *value; Number length; } Attribute;
typedef struct { Number mechanism; void *parameter; Number length; } Mechanism;
/* CK_FUNCTION_LIST of PKCS#11 2.40: its version, and its functions in the order of the standard. */
typedef struct { unsigned char version[2]; void *functions[68]; } List;
enum { GET_MECHANISM_LIST = 7, GET_MECHANISM_INFO = 8, DESTROY_OBJECT = 22, GET_ATTRIBUTE_VALUE = 24, FIND_OBJECTS_INIT = 26, FIND_OBJECTS = 27,
       SIGN_INIT = 42, SIGN = 43, GENERATE_KEY_PAIR = 59 };
enum { OK = 0, GENERAL_ERROR = 5, ATTRIBUTE_SENSITIVE = 0x11, ATTRIBUTE_TYPE_INVALID = 0x12, PARAMETER_INVALID = 0x13 };
enum { CLASS = 0, VALUE = 0x11, KEY_TYPE = 0x100, ID = 0x102, SENSITIVE = 0x103, MAY_SIGN = 0x108, EXTRACTABLE = 0x162,
       LOCAL = 0x163, PARAMETER_SET = 0x61d };
enum { PUBLIC_KEY = 2, PRIVATE_KEY = 3, ML_DSA_KEY = 0x4a, ML_DSA_GENERATION = 0x1c, ML_DSA = 0x1d, RSA_GENERATION = 0 };
enum { MOST_KEYS = 32, MOST_SESSIONS = 4096, FIRST = 0x40000000, ID_BYTES = 64, VALUE_BYTES = 2592 };

/* Of OpenSSL. */
extern void *EVP_PKEY_Q_keygen(void *, const char *, const char *, ...);
extern int EVP_PKEY_get_raw_public_key(const void *, unsigned char *, size_t *);
extern void *EVP_MD_CTX_new(void);
extern void EVP_MD_CTX_free(void *);
extern int EVP_DigestSignInit_ex(void *, void *, const char *, void *, const char *, void *, const void *);
extern int EVP_DigestSign(void *, unsigned char *, size_t *, const unsigned char *, size_t);

typedef struct {
  void *pair;
  Number set, id_length;
  unsigned char id[ID_BYTES];
} Key;

static List *real;
static List list;
static Key keys[MOST_KEYS];
static Number count = 0;
/* By session: the key that signs, and what a search has found here. */
static Key *signing[MOST_SESSIONS];
static Number found[MOST_SESSIONS][2];
static Number finds[MOST_SESSIONS];

/* The handles of a key: even for its public part, odd for its private one. */
static Key *key_of(Number handle) {
  return handle >= FIRST && handle < FIRST + 2 * count ? &keys[(handle - FIRST) / 2] : NULL;
}

static Attribute *find_attribute(Attribute *attributes, Number length, Number type) {
  for (Number each = 0; each < length; each++)
    if (attributes[each].type == type) return &attributes[each];
  return NULL;
}

static Number get_mechanism_list(Number slot, Number *mechanisms, Number *length) {
  Number (*forward)(Number, Number *, Number *) = real->functions[GET_MECHANISM_LIST];
  Number result = forward(slot, mechanisms, length);
  if (result != OK) return result;
  if (mechanisms) {
    mechanisms[*length] = ML_DSA_GENERATION;
    mechanisms[*length + 1] = ML_DSA;
  }
  *length += 2;
  return OK;
}

/* CK_MECHANISM_INFO. The longest RSA key has 2,048 bits, as in small tokens. */
typedef struct { Number shortest, longest, flags; } Info;

static Number get_mechanism_info(Number slot, Number mechanism, Info *info) {
  Number (*forward)(Number, Number, Info *) = real->functions[GET_MECHANISM_INFO];
  if (mechanism == ML_DSA_GENERATION || mechanism == ML_DSA) {
    *info = (Info){1312, 2592, 0};
    return OK;
  }
  Number result = forward(slot, mechanism, info);
  if (result == OK && mechanism == RSA_GENERATION) info->longest = 2048;
  return result;
}

static Number generate_key_pair(Number session, Mechanism *mechanism, Attribute *public, Number public_count,
                                Attribute *private, Number private_count, Number *public_key, Number *private_key) {
  Number (*forward)(Number, Mechanism *, Attribute *, Number, Attribute *, Number, Number *, Number *) =
      real->functions[GENERATE_KEY_PAIR];
  if (mechanism->mechanism != ML_DSA_GENERATION)
    return forward(session, mechanism, public, public_count, private, private_count, public_key, private_key);
  static const char *const names[] = {"ML-DSA-44", "ML-DSA-65", "ML-DSA-87"};
  Attribute *set = find_attribute(public, public_count, PARAMETER_SET);
  Attribute *id = find_attribute(private, private_count, ID);
  if (count == MOST_KEYS || !set || !id || id->length > ID_BYTES) return PARAMETER_INVALID;
  Number number = *(Number *)set->value;
  if (number < 1 || number > 3) return PARAMETER_INVALID;
  Key *key = &keys[count];
  key->pair = EVP_PKEY_Q_keygen(NULL, NULL, names[number - 1]);
  if (!key->pair) return GENERAL_ERROR;
  key->set = number;
  key->id_length = id->length;
  memcpy(key->id, id->value, id->length);
  *public_key = FIRST + 2 * count;
  *private_key = *public_key + 1;
  count += 1;
  return OK;
}

static Number give(Attribute *attribute, const void *value, Number length) {
  if (attribute->value) memcpy(attribute->value, value, length);
  attribute->length = length;
  return OK;
}

static Number give_value(Attribute *attribute, Key *key) {
  unsigned char value[VALUE_BYTES];
  size_t length = sizeof value;
  if (!EVP_PKEY_get_raw_public_key(key->pair, value, &length)) return GENERAL_ERROR;
  return give(attribute, value, length);
}

static Number get_attribute(Number object, Attribute *attribute) {
  static const Number type = ML_DSA_KEY;
  static const unsigned char yes = 1, no = 0;
  Key *key = key_of(object);
  switch (attribute->type) {
    case KEY_TYPE: return give(attribute, &type, sizeof type);
    case PARAMETER_SET: return give(attribute, &key->set, sizeof key->set);
    case VALUE: return object % 2 == 0 ? give_value(attribute, key) : ATTRIBUTE_SENSITIVE;
    case MAY_SIGN: case SENSITIVE: case LOCAL: return give(attribute, &yes, 1);
    case EXTRACTABLE: return give(attribute, &no, 1);
    default: return ATTRIBUTE_TYPE_INVALID;
  }
}

static Number get_attribute_value(Number session, Number object, Attribute *wanted, Number length) {
  Number (*forward)(Number, Number, Attribute *, Number) = real->functions[GET_ATTRIBUTE_VALUE];
  if (!key_of(object)) return forward(session, object, wanted, length);
  for (Number each = 0; each < length; each++) {
    Number result = get_attribute(object, &wanted[each]);
    if (result != OK) return result;
  }
  return OK;
}

static Number find_objects_init(Number session, Attribute *template, Number length) {
  Number (*forward)(Number, Attribute *, Number) = real->functions[FIND_OBJECTS_INIT];
  Attribute *id = find_attribute(template, length, ID);
  Attribute *class = find_attribute(template, length, CLASS);
  Number *matches = &finds[session % MOST_SESSIONS];
  *matches = 0;
  for (Number each = 0; id && each < count; each++) {
    if (keys[each].id_length != id->length || memcmp(keys[each].id, id->value, id->length) != 0) continue;
    for (Number part = 0; part < 2; part++) {
      Number its = part == 0 ? PUBLIC_KEY : PRIVATE_KEY;
      if (!class || *(Number *)class->value == its)
        found[session % MOST_SESSIONS][(*matches)++] = FIRST + 2 * each + part;
    }
  }
  return forward(session, template, length);
}

static Number find_objects(Number session, Number *objects, Number most, Number *length) {
  Number (*forward)(Number, Number *, Number, Number *) = real->functions[FIND_OBJECTS];
  Number *matches = &finds[session % MOST_SESSIONS];
  if (*matches == 0) return forward(session, objects, most, length);
  *length = *matches;
  memcpy(objects, found[session % MOST_SESSIONS], *matches * sizeof *objects);
  *matches = 0;
  return OK;
}

static Number destroy_object(Number session, Number object) {
  Number (*forward)(Number, Number) = real->functions[DESTROY_OBJECT];
  Key *key = key_of(object);
  if (!key) return forward(session, object);
  key->id_length = 0;
  return OK;
}

static Number sign_init(Number session, Mechanism *mechanism, Number object) {
  Number (*forward)(Number, Mechanism *, Number) = real->functions[SIGN_INIT];
  signing[session % MOST_SESSIONS] = mechanism->mechanism == ML_DSA ? key_of(object) : NULL;
  return signing[session % MOST_SESSIONS] ? OK : forward(session, mechanism, object);
}

static Number sign(Number session, unsigned char *data, Number length, unsigned char *output, Number *output_length) {
  Number (*forward)(Number, unsigned char *, Number, unsigned char *, Number *) = real->functions[SIGN];
  Key *key = signing[session % MOST_SESSIONS];
  if (!key) return forward(session, data, length, output, output_length);
  void *context = EVP_MD_CTX_new();
  size_t size = *output_length;
  int isDone = EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, key->pair, NULL) == 1 &&
               EVP_DigestSign(context, output, &size, data, length) == 1;
  EVP_MD_CTX_free(context);
  *output_length = size;
  return isDone ? OK : GENERAL_ERROR;
}

Number C_GetFunctionList(List **out) {
  Number (*get)(List **);
  void *module = dlopen(getenv("BASE_MODULE"), RTLD_NOW | RTLD_LOCAL);
  if (!module) return GENERAL_ERROR;
  *(void **)&get = dlsym(module, "C_GetFunctionList");
  if (!get || get(&real) != OK) return GENERAL_ERROR;
  list = *real;
  list.functions[GET_MECHANISM_LIST] = (void *)get_mechanism_list;
  list.functions[GET_MECHANISM_INFO] = (void *)get_mechanism_info;
  list.functions[GENERATE_KEY_PAIR] = (void *)generate_key_pair;
  list.functions[GET_ATTRIBUTE_VALUE] = (void *)get_attribute_value;
  list.functions[FIND_OBJECTS_INIT] = (void *)find_objects_init;
  list.functions[FIND_OBJECTS] = (void *)find_objects;
  list.functions[DESTROY_OBJECT] = (void *)destroy_object;
  list.functions[SIGN_INIT] = (void *)sign_init;
  list.functions[SIGN] = (void *)sign;
  *out = &list;
  return OK;
}
