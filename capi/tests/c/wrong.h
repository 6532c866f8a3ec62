/* Calls that must be refused, and what an error must say. */

#ifndef WRONG_H
#define WRONG_H

#include "feed.h"

/* Where the error of a call goes: to `refused`, and in a second call nowhere. */
#define O where

static atemoya_error *refused = NULL, **where = NULL;

/* The name where a message need not begin with one. */
#define ANY ""

/* What stands where nothing was written. */
#define UNWRITTEN ((atemoya_error *)&refused)

/* Makes a call, whose last argument is O, twice. It must be refused with this status and a message
 * that begins with the name. */
#define WRONG(call, status, name) \
    for (int pass = 0; pass < 2; pass++) \
    check_refused((where = pass == 0 ? &refused : NULL, refused = UNWRITTEN, (call)), pass, (status), (name), \
                  __FILE__, __LINE__, #call)

/* The same of a call that was to make something: its handle is NULL then. */
#define MAKES_NONE(call, handle, status, name) \
    do { \
        memset(&(handle), 0x55, sizeof(handle)); \
        WRONG(call, status, name); \
        CHECK((handle) == NULL); \
    } while (0)

static inline bool begins_with(const char *text, const char *name) {
    return name[0] == 0 || (strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == ':');
}

static inline void check_refused(atemoya_status got, int pass, atemoya_status status, const char *name,
                                 const char *file, int line, const char *call) {
    const char *message = "";
    if (pass == 0 && refused != UNWRITTEN) message = atemoya_error_message(refused);
    if (got != status) {
        fprintf(stderr, "it is %d, not %d: %s\n", (int)got, (int)status, message);
        check_failed(file, line, call);
    }
    if (pass == 1) {
        CHECK(refused == UNWRITTEN);
        return;
    }
    if (refused == NULL || refused == UNWRITTEN || atemoya_error_status(refused) != status || message[0] == 0 ||
        strpbrk(message, "\n\r\033") != NULL || !begins_with(message, name)) {
        fprintf(stderr, "the message does not begin with %s, or is not one line: %s\n", name, message);
        check_failed(file, line, call);
    }
    CHECK(atemoya_error_free(refused) == ATEMOYA_OK);
}

#define ARGUMENT ATEMOYA_ERROR_ARGUMENT
#define HANDLE ATEMOYA_ERROR_HANDLE

#endif
