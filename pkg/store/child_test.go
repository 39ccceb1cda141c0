package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// childEnv makes the test binary do what it says, as another process.
const childEnv = "OPC_IMAGE_STORE_TEST_CHILD"

// child runs "command directory argument".
func child(run string) int {
	var command, dir, arg string
	if _, err := fmt.Sscan(run, &command, &dir, &arg); err != nil {
		fmt.Println(err)
		return 2
	}
	s, err := Open(dir, Options{NoSync: true})
	if err != nil {
		fmt.Println("open:", err)
		return 1
	}
	defer s.Close()
	commands := map[string]func(*Store, string) error{"ingest": childIngest, "tag": childTag, "hold": childHold, "image": childImage, "build": childBuild}
	if err := commands[command](s, arg); err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

// blob is the content of test blob i, of some 200 kB.
func blob(i int) []byte {
	data := make([]byte, 200_000+i)
	rng := rand.NewChaCha8([32]byte{byte(i)})
	rng.Read(data)
	return data
}

const childBlobs = 12

// childIngest takes in the blobs, in small pieces, and prints each it committed.
func childIngest(s *Store, _ string) error {
	for i := range childBlobs {
		data := blob(i)
		in, err := s.Ingest(context.Background(), digest.FromBytes(data), int64(len(data)))
		if errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return err
		}
		fmt.Println("resume", i, in.Offset())
		for off := in.Offset(); off < int64(len(data)); off += 4096 {
			if _, err := in.Write(data[off:min(off+4096, int64(len(data)))]); err != nil {
				return err
			}
			time.Sleep(20 * time.Microsecond)
		}
		if err := in.Commit(); err != nil {
			return err
		}
		fmt.Println("commit", i)
	}
	return nil
}

// childTag tags the empty blob with twenty names.
func childTag(s *Store, arg string) error {
	data := []byte("tagged")
	dgst, err := s.Put(context.Background(), data)
	if err != nil {
		return err
	}
	for i := range 20 {
		name := fmt.Sprintf("example.com/%s:%d", arg, i)
		if err := s.Tag(context.Background(), name, ocispec.Descriptor{Digest: dgst, Size: int64(len(data))}); err != nil {
			return err
		}
	}
	return nil
}

// childHold keeps the store open, and a blob on its way in, until stdin ends.
func childHold(s *Store, _ string) error {
	in, err := s.Ingest(context.Background(), digest.FromString("held"), 4)
	if err != nil {
		return err
	}
	fmt.Println("holding")
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, in.Close())
}

// start runs a child.
func start(t *testing.T, command, dir, arg string, env ...string) (*exec.Cmd, *bufio.Scanner, io.Closer) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(append(os.Environ(), env...), childEnv+"="+strings.Join([]string{command, dir, arg}, " "))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out), in
}

func TestKilledAtAnyPointAndRunAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	commits, resumed := map[string]int{}, 0
	for round := range 30 {
		cmd, lines, _ := start(t, "ingest", dir, "-")
		if round < 20 {
			time.AfterFunc(time.Duration(rand.IntN(40))*time.Millisecond, func() { cmd.Process.Kill() })
		}
		for lines.Scan() {
			line := lines.Text()
			if strings.HasPrefix(line, "commit") {
				commits[line]++
			} else if !strings.HasPrefix(line, "resume") {
				t.Fatal(line)
			} else if !strings.HasSuffix(line, " 0") {
				resumed++
			}
		}
		if cmd.Wait() == nil {
			break
		}
	}
	s := mustOpen(t, dir)
	for i := range childBlobs {
		want := digest.FromBytes(blob(i))
		if got := digest.FromString(read(t, s, want)); got != want {
			t.Errorf("blob %d has digest %s", i, got)
		}
		// At most once: a child may be killed between Commit and printing.
		if n := commits[fmt.Sprint("commit ", i)]; n > 1 {
			t.Errorf("blob %d was written %d times", i, n)
		}
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left in ingest: %v", left)
	}
	t.Logf("%d blobs were resumed", resumed)
}

func TestTwoProcessesIngestOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var mu sync.Mutex
	commits := map[string]int{}
	var wg sync.WaitGroup
	for range 3 {
		cmd, lines, _ := start(t, "ingest", dir, "-")
		wg.Go(func() {
			for lines.Scan() {
				mu.Lock()
				commits[lines.Text()]++
				mu.Unlock()
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range childBlobs {
		if n := commits[fmt.Sprint("commit ", i)]; n != 1 {
			t.Errorf("blob %d was written %d times: %v", i, n, commits)
		}
	}
}

func TestTagsOfSeveralProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var cmds []*exec.Cmd
	for i := range 4 {
		cmd, _, _ := start(t, "tag", dir, fmt.Sprint("p", i))
		cmds = append(cmds, cmd)
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	images, err := mustOpen(t, dir).Images(t.Context())
	if err != nil || len(images) != 80 {
		t.Errorf("%d tags, want 80; %v", len(images), err)
	}
}

func TestPruneBesideAnotherProcess(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	cmd, lines, in := start(t, "hold", s.Dir(), "-")
	if !lines.Scan() || lines.Text() != "holding" {
		t.Fatal(lines.Text())
	}
	if _, err := s.Prune(t.Context(), PruneOptions{}); !errors.Is(err, ErrInUse) {
		t.Errorf("prune: %v", err)
	}
	if left := leftovers(t, s); len(left) != 1 {
		t.Errorf("in ingest: %v", left)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(t.Context(), PruneOptions{}); err != nil {
		t.Error(err)
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("in ingest: %v", left)
	}
	mustPut(t, s, "the store is still usable")
}
