package bench

// more is what is called less often, and what not every client has.
var more []operation
