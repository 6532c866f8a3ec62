/* Random access: gathers chosen windows of sequence and of tracks into the caller's memory.
 *
 *     cc gather_windows.c -o gather_windows $(pkg-config --cflags --libs atemoya)
 *     ./gather_windows STORE chr1:10000 chr1:25000-
 *
 * A window has 2,114 bases and begins at the given base, counted from 0. One whose text ends with
 * `-` is reverse-complemented. */

#include <atemoya.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 2114, SHOWN = 60 };

/* Ends the program if a call failed. The error is passed by its address: in
 * `must(f(&error), error)` C may read it before the call. */
static void must(atemoya_status status, atemoya_error **error) {
    if (status < 0) {
        fprintf(stderr, "gather_windows: %s\n", atemoya_error_message(*error));
        exit(1);
    }
}

/* Returns the window of a text, CONTIG:START or CONTIG:START-. */
static atemoya_window parse(const atemoya_store *store, char *text) {
    atemoya_window window = {0, 0, 0};
    atemoya_error *error = NULL;
    size_t contig;
    uint64_t length;
    char *colon = strrchr(text, ':'), *end = NULL;
    if (colon == NULL) {
        fprintf(stderr, "gather_windows: %s is not CONTIG:START\n", text);
        exit(2);
    }
    *colon = 0;
    must(atemoya_store_find_contig(store, text, &contig, &error), &error);
    *colon = ':';
    window.contig = (uint32_t)contig;
    window.start = strtoll(colon + 1, &end, 10);
    if (end == colon + 1 || (*end != '\0' && strcmp(end, "-") != 0)) {
        fprintf(stderr, "gather_windows: %s is not CONTIG:START, or CONTIG:START- for the reverse strand\n", text);
        exit(2);
    }
    window.reverse_complement = *end == '-';
    /* What lies outside the contig is read as N and 0, so a wrong place would look like a gap. */
    must(atemoya_store_contig_length(store, contig, &length, &error), &error);
    if (window.start >= (int64_t)length || window.start <= -(int64_t)WIDTH) {
        fprintf(stderr, "gather_windows: %s lies outside its contig, which has %" PRIu64 " bases\n", text, length);
        exit(2);
    }
    return window;
}

/* Gathers all windows into memory that the caller frees. */
static void *gather(const atemoya_gatherer *gatherer, const atemoya_window *windows, size_t count, size_t *channels) {
    atemoya_error *error = NULL;
    size_t bytes;
    void *memory;
    must(atemoya_gatherer_shape(gatherer, WIDTH, count, channels, NULL, &bytes, &error), &error);
    memory = malloc(bytes);
    if (memory == NULL) exit(1);
    must(atemoya_gather(gatherer, windows, count, WIDTH, memory, bytes, &error), &error);
    return memory;
}

int main(int argc, char **argv) {
    atemoya_error *error = NULL;
    atemoya_store *store = NULL;
    atemoya_gatherer *sequences = NULL, *tracks = NULL;
    atemoya_window *windows;
    size_t count, channels, bases;
    int8_t *x;
    float *y;

    if (argc < 3) {
        fprintf(stderr, "usage: gather_windows STORE CONTIG:START[-] ...\n");
        return 2;
    }
    must(atemoya_store_open(argv[1], &store, &error), &error);
    count = (size_t)argc - 2;
    windows = (atemoya_window *)malloc(count * sizeof *windows);
    if (windows == NULL) return 1;
    for (size_t i = 0; i < count; i++) windows[i] = parse(store, argv[i + 2]);

    must(atemoya_gatherer_of_sequence(store, ATEMOYA_DTYPE_I8, &sequences, &error), &error);
    must(atemoya_gatherer_of_tracks(store, NULL, ATEMOYA_ALL, ATEMOYA_DTYPE_F32, &tracks, &error), &error);
    x = (int8_t *)gather(sequences, windows, count, &bases);
    y = (float *)gather(tracks, windows, count, &channels);

    for (size_t i = 0; i < count; i++) {
        char text[SHOWN + 1] = {0};
        for (size_t at = 0; at < SHOWN; at++) {
            text[at] = 'N';
            for (size_t base = 0; base < bases; base++)
                if (x[(i * bases + base) * WIDTH + at]) text[at] = "ACGT"[base];
        }
        printf("%s%s\n  %s...\n", argv[i + 2], windows[i].reverse_complement ? " reverse-complemented" : "", text);
        for (size_t channel = 0; channel < channels; channel++) {
            double sum = 0;
            for (size_t at = 0; at < WIDTH; at++) sum += y[(i * channels + channel) * WIDTH + at];
            printf("  channel %zu: %g in all\n", channel, sum);
        }
    }
    free(x);
    free(y);
    free(windows);
    atemoya_gatherer_free(sequences);
    atemoya_gatherer_free(tracks);
    atemoya_store_free(store);
    return 0;
}
