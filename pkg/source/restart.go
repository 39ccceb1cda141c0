package source

import "github.com/opc-source/opc-image/pkg/progress"

// restartable makes a Sink of writers that cannot go back.
type restartable struct {
	open  func() (Writer, error)
	meter *progress.Meter
	to    Writer
	n     int64
}

func (r *restartable) Offset() int64 { return r.n }

func (r *restartable) Write(p []byte) (int, error) {
	n, err := r.to.Write(p)
	r.n += int64(n)
	r.meter.Add(int64(n))
	return n, err
}

func (r *restartable) Restart() (err error) {
	if r.to != nil && r.n == 0 {
		return nil
	}
	r.close()
	r.meter.Add(-r.n)
	r.n = 0
	r.to, err = r.open()
	return err
}

func (r *restartable) close() {
	if r.to != nil {
		_ = r.to.Close() // drops what was not committed
	}
}
