package chart

import "time"

// Limits bounds what a chart may contain and what rendering it may produce.
// Exceeding one is an error that names it. The zero value means the defaults.
type Limits struct {
	ArchiveBytes  int64         // compressed archive, or all files of a directory; default 32 MiB
	UnpackedBytes int64         // all files, sub-charts included; default 256 MiB
	Files         int           // files, sub-charts included; default 20,000
	Depth         int           // sub-charts inside sub-charts; default 8
	RenderedBytes int64         // everything the templates print; default 256 MiB
	Time          time.Duration // one rendering; default 1 minute
}

func (l Limits) withDefaults() Limits {
	setDefault(&l.ArchiveBytes, 32<<20)
	setDefault(&l.UnpackedBytes, 256<<20)
	setDefault(&l.Files, 20_000)
	setDefault(&l.Depth, 8)
	setDefault(&l.RenderedBytes, 256<<20)
	setDefault(&l.Time, time.Minute)
	return l
}

func setDefault[T ~int | ~int64](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}
