package client

// ContainerIfKnown is Container on a server that knows containers, and a persistent znode on one before 3.5.1: what ParentContainers makes of
// ancestors, for a folder that is made by itself. With Do, to find out what the server knows costs a connection, once a session; Async fails
// then.
func (b CreateBuilder) ContainerIfKnown() CreateBuilder {
	b.container, b.soft = true, true
	return b
}
