public let household = 1
