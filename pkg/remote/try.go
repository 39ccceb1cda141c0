package remote

import (
	"context"
	"errors"
	"slices"
)

// mirrorAttempts is how often a mirror is tried before falling back.
const mirrorAttempts = 3

// Attempts is how often to try at a place; it goes into [Request.Attempts].
func (c *Client) Attempts(p Place) int {
	if p.Mirror {
		return min(mirrorAttempts, c.limits.Attempts)
	}
	return c.limits.Attempts
}

// Try calls call for one place after the other until it succeeds. A place that
// lacks the content, refuses it, has it wrong or is in trouble is followed by
// the next; a mirror in trouble is left out for the rest of the run. A [LocalError]
// failure and the end of the context end it at once.
func (c *Client) Try(ctx context.Context, places []Place, call func(Place) error) error {
	var before []*Error
	places = c.alive(places)
	for i, p := range places {
		err := call(p)
		if err == nil {
			return nil
		}
		var e *Error
		var local *LocalError
		if ctx.Err() != nil || errors.As(err, &local) || !errors.As(err, &e) {
			return err
		}
		c.bury(p, e)
		if i == len(places)-1 {
			e.Before = append(before, e.Before...)
			return err
		}
		before = append(before, e)
	}
	return errors.New("no place to ask")
}

// alive leaves out the mirrors known to be in trouble.
func (c *Client) alive(places []Place) []Place {
	c.shared.mu.Lock()
	defer c.shared.mu.Unlock()
	var alive []Place
	for i, p := range places {
		if i == len(places)-1 || !c.shared.dead[p.Host] {
			alive = append(alive, p)
		}
	}
	return alive
}

// bury remembers a host in trouble: a mirror that gave no answer or 5xx to the
// end, any other host only when it gave no answer at all.
func (c *Client) bury(p Place, e *Error) {
	if !unreachable(e) && (!p.Mirror || e.Status < 500) {
		return
	}
	c.shared.mu.Lock()
	defer c.shared.mu.Unlock()
	c.shared.dead[p.Host] = true
}

// revive forgets that a host was in trouble.
func (c *Client) revive(host string) {
	c.shared.mu.Lock()
	defer c.shared.mu.Unlock()
	delete(c.shared.dead, host)
}

// attempts is how often to try at a host: once when it gave no answer before.
func (c *Client) attempts(host string, wanted int) int {
	c.shared.mu.Lock()
	defer c.shared.mu.Unlock()
	switch {
	case c.shared.dead[host]:
		return 1
	case wanted > 0:
		return wanted
	}
	return c.limits.Attempts
}

// Chain joins the places of several sources of the same content into one row.
func Chain(rows ...[]Place) []Place {
	var all []Place
	for _, row := range rows {
		for _, p := range row {
			if !slices.ContainsFunc(all, func(q Place) bool { return q.URL == p.URL }) {
				all = append(all, p)
			}
		}
	}
	for i := range all {
		all[i].Mirror = i < len(all)-1
	}
	return all
}
