//! A word to the processor about memory that is written to soon, so that it is near by then. Owns the crate's only unsafe
//! line; what stands in that memory is not its business.

/// What a processor fetches at once.
pub(crate) const LINE: usize = 64;

/// Asks for so many lines from `start` on, to write to them. It is a hint: nothing is read or written, any address will
/// do, and where there is no such instruction nothing happens.
#[inline]
pub(crate) fn to_write<const LINES: usize>(start: *const u8) {
    for line in 0..LINES {
        ask_for(start.wrapping_add(line * LINE));
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
macro_rules! instruction {
    () => {
        "prefetchw [{}]"
    };
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
macro_rules! instruction {
    () => {
        "prfm pstl1keep, [{}]"
    };
}

#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
#[expect(
    unsafe_code,
    reason = "the standard library has no hint for memory that is written to"
)]
#[inline]
fn ask_for(line: *const u8) {
    // SAFETY: the instruction changes no memory, no register and no flag, and never faults, whatever the address.
    unsafe { std::arch::asm!(instruction!(), in(reg) line, options(readonly, nostack, preserves_flags)) };
}

#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn ask_for(_: *const u8) {}

#[cfg(test)]
mod tests {
    #[test]
    fn any_address_will_do_and_nothing_changes() {
        let memory = [7_u8; 4 * super::LINE];
        super::to_write::<4>(memory.as_ptr());
        super::to_write::<2>(std::ptr::null());
        super::to_write::<2>(std::ptr::without_provenance(usize::MAX));
        assert_eq!(memory, [7; 4 * super::LINE]);
    }
}
