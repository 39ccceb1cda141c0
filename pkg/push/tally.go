package push

import (
	"sync"

	"github.com/opc-source/opc-image/pkg/progress"
)

// tally counts the bytes of one request towards a meter and can take them
// back. net/http may still send a little after it has reported a failure.
type tally struct {
	meter *progress.Meter
	mu    sync.Mutex
	n     int64
}

func (t *tally) add(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n += n
	t.meter.Add(n)
}

// takeBack uncounts what the registry may not have.
func (t *tally) takeBack() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.meter.Add(-t.n)
	t.n = 0
}

// keep makes what was counted final.
func (t *tally) keep() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n = 0
}
