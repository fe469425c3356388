// What the layers need and candle has not in one kernel: see mod.rs for what each gets. All in f32, sums in f32 too.
// Rows lie `stride` numbers apart; what is written lies row by row.

// The sum over a block of threads, for each of them. `shared` has a place for every warp.
__device__ float block_sum(float x, float *shared) {
    for (int offset = 16; offset > 0; offset /= 2) x += __shfl_xor_sync(0xffffffffu, x, offset);
    __syncthreads();
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = x;
    __syncthreads();
    float sum = 0.0f;
    for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) sum += shared[warp];
    return sum;
}

__device__ float block_max(float x, float *shared) {
    for (int offset = 16; offset > 0; offset /= 2) x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, offset));
    __syncthreads();
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = x;
    __syncthreads();
    float max = shared[0];
    for (unsigned warp = 1; warp < blockDim.x / 32; ++warp) max = fmaxf(max, shared[warp]);
    return max;
}

// y = (x − mean x)/√(mean (x − mean x)² + eps), a block a row.
extern "C" __global__ void normalize(const float *x, size_t stride, float *y, unsigned width, float eps) {
    __shared__ float shared[32];
    x += blockIdx.x * stride;
    y += (size_t)blockIdx.x * width;
    float sum = 0.0f;
    for (unsigned i = threadIdx.x; i < width; i += blockDim.x) sum += x[i];
    const float mean = block_sum(sum, shared) / width;
    float squares = 0.0f;
    for (unsigned i = threadIdx.x; i < width; i += blockDim.x) squares += (x[i] - mean) * (x[i] - mean);
    const float scale = 1.0f / sqrtf(block_sum(squares, shared) / width + eps);
    for (unsigned i = threadIdx.x; i < width; i += blockDim.x) y[i] = (x[i] - mean) * scale;
}

// y = x w + b, a block a row.
extern "C" __global__ void affine(const float *x, size_t stride, const float *w, const float *b, float *y,
                                  unsigned width) {
    x += blockIdx.x * stride;
    y += (size_t)blockIdx.x * width;
    for (unsigned i = threadIdx.x; i < width; i += blockDim.x) y[i] = x[i] * w[i] + b[i];
}

// y = a + b (+ c), a block a row.
extern "C" __global__ void add(const float *a, size_t a_stride, const float *b, size_t b_stride, const float *c,
                               size_t c_stride, unsigned parts, float *y, unsigned width) {
    a += blockIdx.x * a_stride;
    b += blockIdx.x * b_stride;
    c += blockIdx.x * c_stride;
    y += (size_t)blockIdx.x * width;
    for (unsigned i = threadIdx.x; i < width; i += blockDim.x) {
        const float sum = a[i] + b[i];
        y[i] = parts == 3 ? sum + c[i] : sum;
    }
}

// y = act(y + b) in place, a block a row: 0 nothing, 1 gelu, 2 its approximation by tanh, 3 relu.
extern "C" __global__ void finish(float *y, const float *b, unsigned width, unsigned activation) {
    y += (size_t)blockIdx.x * width;
    for (unsigned i = threadIdx.x; i < width; i += blockDim.x) {
        float x = y[i] + b[i];
        if (activation == 1) x = 0.5f * x * (1.0f + erff(x * 0.70710678118654752f));
        if (activation == 2) x = 0.5f * x * (1.0f + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x)));
        if (activation == 3) x = fmaxf(x, 0.0f);
        y[i] = x;
    }
}

// Dimensions i and i + half of every head turn by the row's angle, a block a row. `cos` and `sin` are [rows, half].
extern "C" __global__ void rotate(const float *x, size_t stride, const float *cos, const float *sin, float *y,
                                  unsigned width, unsigned d_head, unsigned half) {
    x += blockIdx.x * stride;
    cos += (size_t)blockIdx.x * half;
    sin += (size_t)blockIdx.x * half;
    y += (size_t)blockIdx.x * width;
    for (unsigned i = threadIdx.x; i < width; i += blockDim.x) {
        const unsigned dim = i % d_head;
        if (dim < half) y[i] = x[i] * cos[dim] - x[i + half] * sin[dim];
        else if (dim < 2 * half) y[i] = x[i] * cos[dim - half] + x[i - half] * sin[dim - half];
        else y[i] = x[i];
    }
}

// softmax(q kᵀ/√d_head) v of one query and one head: blockIdx.x and blockIdx.y. The query sees the `count` rows of k and v
// that `visible` names from `first` on. Shared memory has room for d_head and `count` numbers.
extern "C" __global__ void attend(const float *q, size_t q_stride, const float *k, size_t k_stride, const float *v,
                                  size_t v_stride, const unsigned *first, const unsigned *count,
                                  const unsigned *visible, float *z, unsigned heads, unsigned d_head) {
    extern __shared__ float room[];
    __shared__ float shared[32];
    float *query = room, *pattern = room + d_head;
    const unsigned head = blockIdx.y * d_head, seen = count[blockIdx.x];
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    visible += first[blockIdx.x];
    const float scale = rsqrtf((float)d_head);
    for (unsigned i = threadIdx.x; i < d_head; i += blockDim.x)
        query[i] = q[blockIdx.x * q_stride + head + i] * scale;
    __syncthreads();

    // a warp a key
    float largest = -INFINITY;
    for (unsigned key = warp; key < seen; key += warps) {
        const float *row = k + visible[key] * k_stride + head;
        float score = 0.0f;
        for (unsigned i = lane; i < d_head; i += 32) score += query[i] * row[i];
        for (int offset = 16; offset > 0; offset /= 2) score += __shfl_xor_sync(0xffffffffu, score, offset);
        if (lane == 0) pattern[key] = score;
        largest = fmaxf(largest, score);
    }
    largest = block_max(largest, shared);
    float sum = 0.0f;
    for (unsigned key = threadIdx.x; key < seen; key += blockDim.x) {
        pattern[key] = expf(pattern[key] - largest);
        sum += pattern[key];
    }
    const float share = 1.0f / block_sum(sum, shared);

    // a thread a dimension, four keys at a time for those that are many
    z += ((size_t)blockIdx.x * heads + blockIdx.y) * d_head;
    for (unsigned i = threadIdx.x; i < d_head; i += blockDim.x) {
        const float *column = v + head + i;
        float total = 0.0f;
        unsigned key = 0;
        for (; key + 4 <= seen; key += 4)
            total += pattern[key] * column[visible[key] * v_stride] +
                     pattern[key + 1] * column[visible[key + 1] * v_stride] +
                     pattern[key + 2] * column[visible[key + 2] * v_stride] +
                     pattern[key + 3] * column[visible[key + 3] * v_stride];
        for (; key < seen; ++key) total += pattern[key] * column[visible[key] * v_stride];
        z[i] = total * share;
    }
}
