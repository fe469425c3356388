//! How the system's allocator treats the buffers that activations come and go in.
//!
//! A forward pass asks for buffers of some megabytes, block by block, and gives them back. glibc gets such buffers from
//! the kernel and returns them at once, so that the kernel clears every page of them again, on the thread that waits for
//! it: 4 % of the processor's time of a patching sweep. Here they stay in the process for as long as there is something to
//! do. Other systems' allocators are left as they are.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    allow(unsafe_code, reason = "the C library's settings; why each call is right stands there")
)]

/// Free memory that the process keeps at the end of its heap, in bytes: what a step of a run takes, and a bit.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 256 << 20;
/// Larger buffers than this have their own pages, and return them; glibc takes no more.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGEST: i32 = 32 << 20;

/// Has buffers stay in the process. To be called once, before there are other threads.
pub fn keep_buffers() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` sets three numbers of the allocator, each to a value that it takes; no other thread allocates yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
        // a thread's own heaps are of 64 MiB, and are returned when they are empty, whatever is said above
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Returns what is free, wherever it lies: once a model was let go, or nothing is left to do.
pub(crate) fn return_free() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `malloc_trim` may be called at any time; it touches free memory only.
    unsafe {
        libc::malloc_trim(0);
    }
}
