package main

import (
	"cmp"
	"slices"
	"time"
)

// work is something whose cost is measured.
type work string

// What is measured, in the order of the table.
const (
	start         work = "start (version)"
	cold          work = "cold"
	again         work = "again"
	againUnlocked work = "again, without the lock"
	oneChanged    work = "one image changed"
	pushEmpty     work = "push to an empty registry"
	pushAgain     work = "push again"
)

var works = []work{cold, again, againUnlocked, oneChanged, pushEmpty, pushAgain, start}

// results is what was measured.
type results struct {
	costs  map[string]map[work][]cost // by who and what, one a repetition
	disk   []float64                  // most disk used, in sizes of the corpus
	growth []point
}

func (r *results) add(who string, what work, c cost) {
	if r.costs == nil {
		r.costs = map[string]map[work][]cost{}
	}
	if r.costs[who] == nil {
		r.costs[who] = map[work][]cost{}
	}
	r.costs[who][what] = append(r.costs[who][what], c)
}

// median takes the median of each quantity by itself.
func median(list []cost) cost {
	return cost{
		CPU:  middle(list, func(c cost) time.Duration { return c.CPU }),
		Wall: middle(list, func(c cost) time.Duration { return c.Wall }),
		RSS:  middle(list, func(c cost) int64 { return c.RSS }),
	}
}

// middle is the median of a quantity; of an even number the lower one.
func middle[T any, Q cmp.Ordered](list []T, of func(T) Q) Q {
	var all []Q
	for _, v := range list {
		all = append(all, of(v))
	}
	slices.Sort(all)
	if len(all) == 0 {
		var none Q
		return none
	}
	return all[(len(all)-1)/2]
}

func (r *results) median(who string, what work) cost { return median(r.costs[who][what]) }

// ratio is the median, over the repetitions, of ours by what the others sum to.
func (r *results) ratio(of func(cost) time.Duration, others ...string) float64 {
	var all []float64
	for i, c := range r.costs[us][cold] {
		var sum time.Duration
		for _, who := range others {
			sum += of(r.costs[who][cold][i])
		}
		all = append(all, of(c).Seconds()/sum.Seconds())
	}
	return middle(all, func(q float64) float64 { return q })
}
