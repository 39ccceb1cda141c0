package compose

import (
	"encoding/json"
	"fmt"
	"slices"
)

// joinFiles merges lists of files: what all lists have, at or after the place
// each has come to, is common.
func joinFiles(platforms []string, plans []*Plan) ([]File, error) {
	keys := make([][]string, len(plans))
	for i, p := range plans {
		for _, f := range p.Files {
			key, err := json.Marshal(struct {
				File
				Local string
			}{f, f.Content.Local})
			if err != nil {
				return nil, fmt.Errorf("file %s: %w", f.Name, err)
			}
			keys[i] = append(keys[i], string(key))
		}
	}
	var joined []File
	at := make([]int, len(plans))
	// upTo adds what only platform i has before its file number end.
	upTo := func(i, end int) {
		for ; at[i] < end; at[i]++ {
			f := plans[i].Files[at[i]]
			if f.Platform == "" {
				f.Platform = platforms[i]
			}
			joined = append(joined, f)
		}
	}
	next := nextIndex(keys)
	for k, key := range keys[0] {
		places := next(key, at)
		if places == nil {
			continue // of the first platform alone
		}
		places[0] = k
		for i, place := range places {
			upTo(i, place)
			at[i]++
		}
		joined = append(joined, plans[0].Files[k])
	}
	for i := range plans {
		upTo(i, len(plans[i].Files))
	}
	return joined, nil
}

// nextIndex gives a function that finds, in each list, the first place of a key
// at or after a given one; nil when a list has none.
func nextIndex(lists [][]string) func(key string, from []int) []int {
	indexes := make([]map[string][]int, len(lists))
	for i, list := range lists {
		indexes[i] = map[string][]int{}
		for at, key := range list {
			indexes[i][key] = append(indexes[i][key], at)
		}
	}
	return func(key string, from []int) []int {
		places := make([]int, len(lists))
		for i := range lists {
			at, _ := slices.BinarySearch(indexes[i][key], from[i])
			if at == len(indexes[i][key]) {
				return nil
			}
			places[i] = indexes[i][key][at]
		}
		return places
	}
}
