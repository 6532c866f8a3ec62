/* Calls that must fail, and the errors that they make. */

#ifndef FAILED_H
#define FAILED_H

#include "feed.h"

/* The error that a call made, which the caller frees. */
#define FAILED(call, status) (check_is((call), (status), __FILE__, __LINE__, #call), check_taken())

static inline void check_is(atemoya_status got, atemoya_status status, const char *file, int line, const char *call) {
    if (got == status && check_error != NULL && atemoya_error_status(check_error) == status) return;
    fprintf(stderr, "it is %d, not %d: %s\n", (int)got, (int)status, atemoya_error_message(check_error));
    check_failed(file, line, call);
}

static inline atemoya_error *check_taken(void) {
    atemoya_error *taken = check_error;
    check_error = NULL;
    return taken;
}

#endif
