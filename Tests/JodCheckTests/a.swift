import Testing
@testable import jod_check
@Test func b() {}
