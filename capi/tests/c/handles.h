/* Handles of every kind, live ones and wrong ones, and calls with each wrong one. */

#ifndef HANDLES_H
#define HANDLES_H

#include "wrong.h"

enum { MANY = 32 };

/* Handles that are wrong for some function, and their kinds; the kind of none is "". */
static void *handles[MANY];
static const char *kinds[MANY];
static int count = 0;

static inline void add(const char *kind, void *handle) {
    CHECK(count < MANY);
    handles[count] = handle;
    kinds[count++] = kind;
}

/* Makes a call, in which the handle is h, with all that is no live handle of the kind. */
#define EACH(type, kind, call) \
    for (int at = 0; at < count; at++) { \
        type *h = (type *)handles[at]; \
        if (strcmp(kinds[at], kind) == 0) continue; \
        WRONG(call, h == NULL ? ARGUMENT : HANDLE, kind); \
    }

/* The same of a call that was to make something. */
#define EACH_MAKES_NONE(type, kind, call, made) \
    for (int at = 0; at < count; at++) { \
        type *h = (type *)handles[at]; \
        if (strcmp(kinds[at], kind) == 0) continue; \
        MAKES_NONE(call, made, h == NULL ? ARGUMENT : HANDLE, kind); \
    }

/* Frees all that is not to be freed with this function. */
#define EACH_FREES_NONE(type, kind, function) \
    for (int at = 0; at < count; at++) { \
        if (strcmp(kinds[at], kind) == 0) continue; \
        CHECK(function((type *)handles[at]) == (handles[at] == NULL ? ATEMOYA_OK : ATEMOYA_ERROR_HANDLE)); \
    }

/* One of each kind. */
typedef struct {
    atemoya_store *store;
    atemoya_options *options;
    atemoya_loader *loader;
    atemoya_batch *batch;
    atemoya_gatherer *gatherer;
    atemoya_loci *loci;
    atemoya_error *error;
} All;

static inline All make(const char *path) {
    All all;
    atemoya_store *none;
    all.store = open_store(path);
    all.options = plain_options(all.store);
    DO(atemoya_loader_new(all.options, &all.loader, E));
    DO(atemoya_loader_set_epoch(all.loader, 0, E));
    all.batch = next(all.loader);
    DO(atemoya_gatherer_of_sequence(all.store, ATEMOYA_DTYPE_I8, &all.gatherer, E));
    DO(atemoya_loci_open(all.store, "default", &all.loci, E));
    CHECK(atemoya_store_open("/nowhere", &none, &all.error) == ATEMOYA_ERROR_NOT_A_STORE);
    return all;
}

static inline void free_all(All all) {
    DO(atemoya_error_free(all.error));
    DO(atemoya_loci_free(all.loci));
    DO(atemoya_gatherer_free(all.gatherer));
    DO(atemoya_batch_free(all.batch));
    DO(atemoya_loader_free(all.loader));
    DO(atemoya_options_free(all.options));
    DO(atemoya_store_free(all.store));
}

static inline void add_all(All all, bool live) {
    add(live ? "store" : "", all.store);
    add(live ? "options" : "", all.options);
    add(live ? "loader" : "", all.loader);
    add(live ? "batch" : "", all.batch);
    add(live ? "gatherer" : "", all.gatherer);
    add(live ? "loci" : "", all.loci);
    add(live ? "error" : "", all.error);
}

/* Makes one of each kind, and fills the table: what is no handle, handles that were freed, and the
 * live ones. */
static inline All make_table(const char *path) {
    static All all;
    All gone = make(path);
    free_all(gone);
    all = make(path);
    add("", NULL);
    add("", (void *)(uintptr_t)1);
    add("", (void *)UINTPTR_MAX);
    add("", &all);
    add_all(gone, false);
    add_all(all, true);
    return all;
}

#endif
