import Testing
@testable import JodCore
@Test func a() { #expect(placeholder == 1) }
