package fault

import "time"

// way is a direction between two hosts; "" stands for every host.
type way struct{ from, to string }

// Partition cuts the host off: nothing passes to or from any other host until Heal. As with TCP nothing is lost and
// nobody is told: bytes in flight and bytes written later stall, and arrive in order one latency after Heal. A writer
// blocks once the window is full. If an end is closed meanwhile, the other end learns of it after Heal. Dials wait.
//
// What has arrived already can still be read, and a host always reaches itself.
func (h *Host) Partition() { h.net.block(way{h.name, ""}, way{"", h.name}) }

// PartitionSend is Partition for what the host sends: it hears, and is not heard.
func (h *Host) PartitionSend() { h.net.block(way{h.name, ""}) }

// PartitionReceive is Partition for what is sent to the host: it is heard, and does not hear.
func (h *Host) PartitionReceive() { h.net.block(way{"", h.name}) }

// PartitionFrom is Partition between the host and one other, both ways.
func (h *Host) PartitionFrom(other string) {
	other = hostOf(other)
	h.net.block(way{h.name, other}, way{other, h.name})
}

// Heal ends every partition of this host, of whatever kind, also those that name it as the other host. One that cuts off
// the host at the other end stays.
func (h *Host) Heal() {
	h.net.unblock(func(w way) bool { return w.from == h.name || w.to == h.name })
}

// Partition cuts off the server's host: Host(server).Partition(). A port behind the name is ignored.
func (n *Network) Partition(server string) { n.Host(server).Partition() }

// Heal ends every partition of the server's host: Host(server).Heal().
func (n *Network) Heal(server string) { n.Host(server).Heal() }

// HealAll ends every partition.
func (n *Network) HealAll() { n.unblock(func(way) bool { return true }) }

func (n *Network) block(ways ...way) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range ways {
		n.blocked[w] = struct{}{}
	}
	n.applyPartitions()
}

func (n *Network) unblock(which func(way) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for w := range n.blocked {
		if which(w) {
			delete(n.blocked, w)
		}
	}
	n.applyPartitions()
}

// applyPartitions wants n.mu held.
func (n *Network) applyPartitions() {
	now := time.Now()
	for l := range n.links {
		l.stall(now, n.stalled(l.clientHost, l.serverHost), n.stalled(l.serverHost, l.clientHost))
	}
	close(n.changed)
	n.changed = make(chan struct{})
}

// stalled tells whether nothing passes from one host to another. It wants n.mu held.
func (n *Network) stalled(from, to string) bool {
	if from == to {
		return false
	}
	for _, w := range [...]way{{from, ""}, {"", to}, {from, to}} {
		if _, ok := n.blocked[w]; ok {
			return true
		}
	}
	return false
}
