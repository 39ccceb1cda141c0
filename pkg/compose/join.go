package compose

import (
	"encoding/json"
	"fmt"
	"slices"
)

// join makes one plan of the plans of several platforms. Most files are the
// same for all; what differs is marked with its platform.
func join(platforms []string, plans []*Plan) (*Plan, error) {
	joined := *plans[0]
	if len(plans) == 1 {
		return &joined, nil
	}
	if err := sameBut(plans, func(p *Plan) { p.Files, p.Downloads, p.Builds = nil, nil, nil }); err != nil {
		return nil, fmt.Errorf("the Kubefile says different things for %s and %s that only files may differ in: %w", platforms[0], platforms[1], err)
	}
	common := map[string]int{} // by key, on how many platforms
	keys := make([][]string, len(plans))
	for i, p := range plans {
		seen := map[string]bool{}
		for _, f := range p.Files {
			key, err := json.Marshal(struct {
				File
				Local string
			}{f, f.Content.Local})
			if err != nil {
				return nil, err
			}
			keys[i] = append(keys[i], string(key))
			if !seen[string(key)] {
				seen[string(key)] = true
				common[string(key)]++
			}
		}
	}
	joined.Files = nil
	at := make([]int, len(plans))
	// upTo adds what only platform i has, until a file that all have.
	upTo := func(i int, stop string) {
		for ; at[i] < len(keys[i]); at[i]++ {
			key := keys[i][at[i]]
			if key == stop {
				at[i]++
				return
			}
			if common[key] == len(plans) {
				continue
			}
			f := plans[i].Files[at[i]]
			if f.Platform == "" {
				f.Platform = platforms[i]
			}
			joined.Files = append(joined.Files, f)
		}
	}
	for k, key := range keys[0] {
		if common[key] != len(plans) {
			continue
		}
		for i := range plans {
			upTo(i, key)
		}
		joined.Files = append(joined.Files, plans[0].Files[k])
	}
	for i := range plans {
		upTo(i, "")
	}
	joined.joinDownloads(plans[1:])
	return &joined, nil
}

func (p *Plan) joinDownloads(others []*Plan) {
	for _, other := range others {
		for _, d := range other.Downloads {
			if !slices.ContainsFunc(p.Downloads, func(have Download) bool { return have.Source == d.Source }) {
				p.Downloads = append(p.Downloads, d)
			}
		}
	}
}

// sameBut compares plans without the parts that blank removes.
func sameBut(plans []*Plan, blank func(*Plan)) error {
	var first []byte
	for i, p := range plans {
		rest := *p
		blank(&rest)
		data, err := json.Marshal(rest)
		if err != nil {
			return err
		}
		if i == 0 {
			first = data
		} else if string(data) != string(first) {
			return fmt.Errorf("%s is not %s", data, first)
		}
	}
	return nil
}
