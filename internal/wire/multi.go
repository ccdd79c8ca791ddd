package wire

// MultiHeader stands before each operation and each result of a transaction; one with Done ends the list.
type MultiHeader struct {
	Op   Op
	Done bool
	Err  Code
}

// AppendTo implements Record.
func (h *MultiHeader) AppendTo(b []byte) []byte {
	return AppendInt32(AppendBool(AppendInt32(b, int32(h.Op)), h.Done), int32(h.Err))
}

// Decode implements Record.
func (h *MultiHeader) Decode(r *Reader) {
	h.Op = Op(r.Int32())
	h.Done = r.Bool()
	h.Err = Code(r.Int32())
}

var multiDone = MultiHeader{Op: OpError, Done: true, Err: -1}

// MultiOp is one operation of a transaction.
type MultiOp struct {
	Op   Op
	Body Record
}

// MultiRequest is the body of multi (operations create, create2, createContainer, createTTL, delete, setData, check) and of
// multiRead (getData, getChildren). An operation of another type is malformed, as it is for Apache.
type MultiRequest struct{ Ops []MultiOp }

// AppendTo implements Record.
func (q *MultiRequest) AppendTo(b []byte) []byte {
	for i := range q.Ops {
		b = (&MultiHeader{Op: q.Ops[i].Op, Err: -1}).AppendTo(b)
		b = q.Ops[i].Body.AppendTo(b)
	}
	return multiDone.AppendTo(b)
}

// Decode implements Record.
func (q *MultiRequest) Decode(r *Reader) {
	q.Ops = nil
	for {
		var h MultiHeader
		h.Decode(r)
		if r.err != nil || h.Done {
			return
		}
		body := multiBody(h.Op)
		if body == nil {
			r.fail()
			return
		}
		if peek := *r; peek.Int32() == -1 { // a null path, whatever the operation alone makes of it
			r.fail()
			return
		}
		body.Decode(r)
		if r.err != nil {
			return
		}
		q.Ops = append(q.Ops, MultiOp{Op: h.Op, Body: body})
	}
}

func multiBody(op Op) Record {
	switch op {
	case OpCreate, OpCreate2, OpCreateContainer:
		return new(CreateRequest)
	case OpCreateTTL:
		return new(CreateTTLRequest)
	case OpDelete, OpCheck:
		return new(PathVersionRequest)
	case OpSetData:
		return new(SetDataRequest)
	case OpGetData, OpGetChildren:
		return new(PathWatchRequest)
	default:
		return nil
	}
}

// MultiResult is one result of a transaction. Op is OpError for a failed transaction, with Err telling which operation failed
// and why: OK for those before it, RuntimeInconsistency for those after it.
type MultiResult struct {
	Op       Op
	Err      Code
	Path     string   // create, create2
	Stat     Stat     // create2, setData, getData
	Data     []byte   // getData
	Children []string // getChildren
}

// MultiResponse answers multi and multiRead.
type MultiResponse struct{ Results []MultiResult }

// AppendTo implements Record.
func (p *MultiResponse) AppendTo(b []byte) []byte {
	for i := range p.Results {
		res := &p.Results[i]
		b = (&MultiHeader{Op: res.Op, Err: res.Err}).AppendTo(b)
		switch res.Op {
		case OpError:
			b = AppendInt32(b, int32(res.Err))
		case OpCreate:
			b = AppendString(b, res.Path)
		case OpCreate2:
			b = res.Stat.AppendTo(AppendString(b, res.Path))
		case OpSetData:
			b = res.Stat.AppendTo(b)
		case OpGetData:
			b = res.Stat.AppendTo(AppendBuffer(b, res.Data))
		case OpGetChildren:
			b = AppendStrings(b, res.Children)
		default: // delete and check have only the header
		}
	}
	return multiDone.AppendTo(b)
}

// Decode implements Record.
func (p *MultiResponse) Decode(r *Reader) {
	p.Results = nil
	for {
		var h MultiHeader
		h.Decode(r)
		if r.err != nil || h.Done {
			return
		}
		res := MultiResult{Op: h.Op, Err: h.Err}
		switch h.Op {
		case OpError:
			res.Err = Code(r.Int32())
		case OpCreate:
			res.Path = r.String()
		case OpCreate2:
			res.Path = r.String()
			res.Stat.Decode(r)
		case OpSetData:
			res.Stat.Decode(r)
		case OpGetData:
			res.Data = r.Buffer()
			res.Stat.Decode(r)
		case OpGetChildren:
			res.Children = r.Strings()
		case OpDelete, OpCheck:
		default:
			r.fail()
		}
		if r.err != nil {
			return
		}
		p.Results = append(p.Results, res)
	}
}
