// Package typo finds which of the known words a mistyped one was meant to be.
package typo

import (
	"slices"
	"strings"
)

// maxWord is the longest word that is compared, in bytes: nobody mistypes a longer
// one.
const maxWord = 64

// Meant gives the known word that a mistyped one resembles most, "" when it
// resembles none. Letter case, dashes and underscores do not count; of two that
// are equally near it is the first in the alphabet.
func Meant(word string, known []string) string {
	best, least := "", maxWord
	if len(word) > maxWord {
		return ""
	}
	mistyped := bare(word)
	for _, k := range slices.Sorted(slices.Values(known)) {
		if len(k) > maxWord {
			continue
		}
		b := bare(k)
		if d := distance(mistyped, b); d < least && d <= min(1+len(b)/5, len(b)/2) {
			best, least = k, d
		}
	}
	return best
}

// Hint is "did you mean WORD?" for what Meant finds, else the words there are.
func Hint(word string, known []string, there string) string {
	if meant := Meant(word, known); meant != "" {
		return "did you mean " + meant + "?"
	}
	return there + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}

func bare(word string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(word))
}

// distance is the number of letters to insert, drop, change, or swap with their
// neighbour, to turn a into b: the optimal string alignment distance.
func distance(a, b string) int {
	two, one := make([]int, len(b)+1), make([]int, len(b)+1) // the rows above
	for j := range one {
		one[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, one[j+1]+1, one[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], two[j-1]+1)
			}
		}
		two, one = one, row
	}
	return one[len(b)]
}
