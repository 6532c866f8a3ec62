/* A process uses the library, frees everything, and is forked. Its child uses the library, too: it
 * must not wait for threads of the parent, which it does not have. */

#include "feed.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Everything that works on all cores: verifying, and selecting loci by their counts. */
static uint64_t use(const char *path) {
    uint64_t all = DIGEST;
    atemoya_store *store = open_store(path);
    atemoya_options *options = plain_options(store);
    atemoya_loader *loader;
    atemoya_batch *batch;
    DO(atemoya_store_verify(store, NULL, NULL, E));
    DO(atemoya_options_set_min_counts(options, 1, E));
    DO(atemoya_options_set_outlier_filter(options, 1, E));
    DO(atemoya_options_set_num_workers(options, 2, E));
    loader = make_loader(options);
    DO(atemoya_loader_set_epoch(loader, 0, E));
    while ((batch = next(loader)) != NULL) {
        all ^= digest_batch(batch);
        DO(atemoya_batch_free(batch));
    }
    DO(atemoya_loader_free(loader));
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return all;
}

int main(int argc, char **argv) {
    uint64_t before;
    CHECK(argc == 2);
    before = use(argv[1]);
    for (int child = 0; child < 3; child++) {
        int status = 0;
        const pid_t forked = fork();
        CHECK(forked >= 0);
        if (forked == 0) {
            CHECK(use(argv[1]) == before);
            _exit(0);
        }
        CHECK(waitpid(forked, &status, 0) == forked && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    CHECK(use(argv[1]) == before);
    return 0;
}
