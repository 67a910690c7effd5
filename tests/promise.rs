//! The promise as the compiler keeps it: each program under `promise/` tries to
//! get around it and must not compile, with the error written beside it.

#[test]
fn what_breaks_the_promise_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/promise/*.rs");
}
