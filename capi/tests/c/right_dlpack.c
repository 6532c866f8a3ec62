/* Columns of a batch as tensors of DLPack, which outlive the batch, its loader and its store.
 *
 *     right_dlpack STORE */

#include "feed.h"

static void check_tensor(const struct DLManagedTensorVersioned *managed, const atemoya_tensor *tensor) {
    static const uint8_t codes[] = {DL_INT,  DL_UINT, DL_INT,   DL_UINT,  DL_INT,   DL_UINT,
                                    DL_INT,  DL_UINT, DL_FLOAT, DL_BFLOAT, DL_FLOAT, DL_FLOAT};
    const Tensor *dl = &managed->dl_tensor;
    size_t size;
    DO(atemoya_dtype_size(tensor->dtype, &size, E));
    CHECK(managed->version.major == 1 && managed->version.minor == 0 && managed->flags == DL_READ_ONLY);
    CHECK(managed->deleter != NULL && dl->data == tensor->data && dl->byte_offset == 0);
    CHECK(dl->device.device_type == tensor->device_type && dl->device.device_id == tensor->device);
    CHECK(dl->dtype.code == codes[tensor->dtype] && dl->dtype.bits == 8 * size && dl->dtype.lanes == 1);
    CHECK(dl->ndim == tensor->ndim && (dl->ndim == 3 || dl->ndim == 1));
    for (int32_t i = 0; i < dl->ndim; i++)
        CHECK(dl->shape[i] == tensor->shape[i] && dl->strides[i] == tensor->strides[i]);
}

/* Tensors of DLPack outlive batch, loader and store, hold the slot, and go one by one. */
static void dlpack(const char *path) {
    atemoya_store *store = open_store(path);
    atemoya_loader *loader = plain_loader(store, 1);
    struct DLManagedTensorVersioned *managed[7];
    atemoya_tensor tensors[7];
    atemoya_batch *batch;
    uint64_t before[7];
    size_t live;
    DO(atemoya_loader_set_epoch(loader, 0, E));
    batch = next(loader);
    for (int32_t column = 0; column < 7; column++) {
        const int64_t *shape = tensors[column].shape, *strides = tensors[column].strides;
        DO(atemoya_batch_column(batch, column, &tensors[column], E));
        CHECK((uintptr_t)tensors[column].data % 256 == 0);
        CHECK(strides[0] == shape[1] * shape[2] && strides[1] == shape[2] && strides[2] == 1);
        before[column] = digest(DIGEST, tensors[column].data, tensors[column].bytes);
        DO(atemoya_batch_dlpack(batch, column, NULL, &managed[column], E));
        check_tensor(managed[column], &tensors[column]);
    }
    DO(atemoya_batch_free(batch));
    while ((batch = next(loader)) != NULL) DO(atemoya_batch_free(batch));
    DO(atemoya_loader_free(loader));
    DO(atemoya_store_free(store));
    live = atemoya_live_handles();
    for (int column = 6; column >= 0; column--) {
        CHECK(digest(DIGEST, managed[column]->dl_tensor.data, tensors[column].bytes) == before[column]);
        managed[column]->deleter(managed[column]);
        CHECK(atemoya_live_handles() == --live);
    }
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    dlpack(argv[1]);
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
