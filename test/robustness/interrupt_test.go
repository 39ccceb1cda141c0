package robustness

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// gate lets requests for content wait until it is opened.
type gate struct {
	next    http.Handler
	waiting chan struct{} // gets one for each request that begins to wait
	open    chan struct{}
	once    sync.Once
}

func newGate(next http.Handler) *gate {
	return &gate{next: next, waiting: make(chan struct{}, 100), open: make(chan struct{})}
}

func (g *gate) release() { g.once.Do(func() { close(g.open) }) }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "/blobs/") && r.Method != http.MethodHead {
		select {
		case g.waiting <- struct{}{}:
		default:
		}
		select {
		case <-g.open:
		case <-r.Context().Done():
			return
		}
	}
	g.next.ServeHTTP(w, r)
}

// soon is what the program promises, from the signal to the end of the process.
// The race detector makes it slower, and waits at the end by itself.
func soon() time.Duration {
	if race {
		return 3 * time.Second
	}
	return time.Second
}

// stop sends SIGINT to a program, which has to end soon.
func (c *child) stop(t *testing.T) result {
	t.Helper()
	begun := time.Now()
	c.cmd.Process.Signal(syscall.SIGINT) //nolint:errcheck // it may have ended
	r := c.wait(t)
	if took := time.Since(begun); took > soon() {
		t.Errorf("it took %v to end", took)
	}
	return r
}

// interrupted sends SIGINT to a program when it is busy, and checks that it ends
// soon and says how to go on.
func interrupted(t *testing.T, c *child, busy <-chan struct{}) {
	t.Helper()
	select {
	case <-busy:
	case <-time.After(20 * time.Second):
		t.Fatal("it never came to the point where it waits")
	}
	if r := c.stop(t); r.code != 130 || !strings.Contains(r.err, "interrupted; run the same command again and it goes on where it stopped") {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
}

func TestInterruptBuild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alone := w.must("alone", build("--lock=alone.lock")...)
	g := newGate(w.upstream)
	w.let(g.ServeHTTP)
	defer g.release()
	interrupted(t, start(t, w.command("store", build()...)), g.waiting)
	g.release()
	if again := w.must("store", build()...); digestIn(t, again.out) != digestIn(t, alone.out) {
		t.Errorf("%s, undisturbed %s", again.out, alone.out)
	}
	same(t, w.path("alone"), w.path("store"))
}

// TestInterruptAnywhere interrupts builds at any point: each ends soon, leaves no
// lock that is not whole, and the next one goes on.
func TestInterruptAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	undisturbed := w.undisturbed(build("--lock=undisturbed.lock")...)
	w.inRounds(func(t *testing.T, seed uint64) {
		store := fmt.Sprintf("stopped%d", seed)
		pin := "--lock=" + w.path(store+".lock")
		for _, after := range moments(seed, undisturbed.took) {
			c := start(t, w.command(store, build(pin)...))
			time.Sleep(after)
			r := c.stop(t)
			switch r.code {
			case -1, 130: // before the program listens, and after
				w.hits++
			case 0:
			default:
				t.Errorf("exit code %d\n%s", r.code, r.err)
			}
			if _, err := os.Stat(w.path(store + ".lock")); err == nil {
				w.must("undisturbed", "lock", "corpus", "--check", pin)
			}
		}
		w.buildGoesOn(t, store, pin, undisturbed)
	})
}

func TestInterruptPushAndPull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	built := w.must("store", build()...)
	target, err := rehearse.NewTarget(w.path("registry"))
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	g := newGate(target)
	address, front := serve(t, g)
	defer g.release()
	name := address + "/corpus:1"
	interrupted(t, start(t, w.command("store", "push", "corpus", name)), g.waiting)
	g.release()
	w.must("store", "push", "corpus", name)

	again := newGate(target)
	front.set(again)
	defer again.release()
	interrupted(t, start(t, w.command("other", "pull", name)), again.waiting)
	again.release()
	if pulled := w.must("other", "pull", name); digestIn(t, pulled.out) != digestIn(t, built.out) {
		t.Errorf("%s, built %s", pulled.out, built.out)
	}
}

// TestInterruptPipe interrupts a save that nobody reads and a load that gets no
// more bytes.
func TestInterruptPipe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	built := w.must("store", build()...)
	r, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	saving := w.command("store", "save", "corpus")
	c := &child{cmd: saving, begun: time.Now()}
	saving.Stdout, saving.Stderr = pipe, &c.err
	if err := saving.Start(); err != nil {
		t.Fatal(err)
	}
	pipe.Close()
	interrupted(t, c, readable(r))

	w.must("store", "save", "corpus", "-o", "corpus.tar")
	archive := read(t, w.path("corpus.tar"))
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	loading := w.command("other", "load")
	loading.Stdin = in
	c = start(t, loading)
	in.Close()
	if _, err := feed.Write(archive[:len(archive)/2]); err != nil {
		t.Fatal(err)
	}
	fed := make(chan struct{})
	close(fed)
	interrupted(t, c, fed)
	if loaded := w.must("other", "load", "-i", "corpus.tar"); digestIn(t, loaded.out) != digestIn(t, built.out) {
		t.Errorf("%s, built %s", loaded.out, built.out)
	}
}

// readable tells when something is in a pipe.
func readable(r *os.File) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Read(make([]byte, 1)) //nolint:errcheck // it ends with the pipe
	}()
	return done
}

// TestInterruptServe ends a server: that is how it is meant to end.
func TestInterruptServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must("store", build()...)
	c := start(t, w.command("store", "serve", "--address", "127.0.0.1:0"))
	time.Sleep(300 * time.Millisecond)
	if r := c.stop(t); r.code != 0 {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
}
