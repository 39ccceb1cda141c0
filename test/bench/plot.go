package main

import (
	"fmt"
	"math"
	"strings"
)

// The plot, in pixels.
const (
	plotWidth, plotHeight                      = 720, 400
	plotLeft, plotRight, plotTop, plotBottom   = 56, 150, 56, 52
	plotInnerWidth, plotInnerHeight            = plotWidth - plotLeft - plotRight, plotHeight - plotTop - plotBottom
	blue, orange, paper, ink, faint, secondInk = "#2563a8", "#c25e00", "#ffffff", "#1f2328", "#e3e6ea", "#59636e"
)

// series is one line of a plot.
type series struct {
	name, colour, dash string
	values             []float64
}

// costPlot draws the seconds that building and pushing take against the number
// of images, as SVG.
func costPlot(points []point) string {
	lines := []series{
		{"build, CPU", blue, "", nil}, {"build, wall", blue, "6 4", nil},
		{"push, CPU", orange, "", nil}, {"push, wall", orange, "6 4", nil},
	}
	var x []float64
	for _, p := range points {
		x = append(x, float64(p.images))
		for i, v := range []float64{p.build.CPU.Seconds(), p.build.Wall.Seconds(), p.push.CPU.Seconds(), p.push.Wall.Seconds()} {
			lines[i].values = append(lines[i].values, v)
		}
	}
	return plot("Cost against the number of images", "seconds; about 10 MB an image, two architectures", "images", x, lines)
}

// plot draws lines over x, both axes from zero.
func plot(title, subtitle, label string, x []float64, lines []series) string {
	var mostX, mostY float64
	for _, v := range x {
		mostX = max(mostX, v)
	}
	for _, l := range lines {
		for _, v := range l.values {
			mostY = max(mostY, v)
		}
	}
	stepX, stepY := tick(mostX), tick(mostY)
	mostX, mostY = stepX*math.Ceil(mostX/stepX), stepY*math.Ceil(mostY/stepY)
	atX := func(v float64) float64 { return plotLeft + v/mostX*plotInnerWidth }
	atY := func(v float64) float64 { return plotTop + (1-v/mostY)*plotInnerHeight }
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, "<title>%s</title>\n<rect width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", title, plotWidth, plotHeight, paper)
	text(&b, plotLeft, 22, ink, "start", `font-size="15" font-weight="bold"`, title)
	text(&b, plotLeft, 40, secondInk, "start", "", subtitle)
	for v := 0.0; v <= mostY+stepY/2; v += stepY {
		fmt.Fprintf(&b, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", plotLeft, plotLeft+plotInnerWidth, atY(v), atY(v), faint)
		text(&b, plotLeft-8, atY(v)+4, secondInk, "end", "", fmt.Sprintf("%g", v))
	}
	for v := 0.0; v <= mostX+stepX/2; v += stepX {
		text(&b, atX(v), plotTop+plotInnerHeight+18, secondInk, "middle", "", fmt.Sprintf("%g", v))
	}
	text(&b, plotLeft+plotInnerWidth/2, plotHeight-12, secondInk, "middle", "", label)
	labels := spread(lines, atY)
	for i, l := range lines {
		drawLine(&b, l, x, atX, atY)
		text(&b, atX(x[len(x)-1])+10, labels[i]+4, l.colour, "start", "", l.name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func drawLine(b *strings.Builder, l series, x []float64, atX, atY func(float64) float64) {
	var path []string
	for i, v := range l.values {
		path = append(path, fmt.Sprintf("%.1f,%.1f", atX(x[i]), atY(v)))
	}
	fmt.Fprintf(b, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>\n", strings.Join(path, " "), l.colour, l.dash)
	for i, v := range l.values {
		fmt.Fprintf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%s: %g images, %.2f s</title></circle>\n", atX(x[i]), atY(v), l.colour, l.name, x[i], v)
	}
}

// spread is where the names of lines stand: at their ends, without overlap.
func spread(lines []series, atY func(float64) float64) []float64 {
	const apart = 15
	at := make([]float64, len(lines))
	for i, l := range lines {
		at[i] = atY(l.values[len(l.values)-1])
	}
	for range 100 {
		for i := range at {
			for k := range at {
				if k == i || math.Abs(at[i]-at[k]) >= apart {
					continue
				}
				if at[i] < at[k] || at[i] == at[k] && i < k {
					at[i], at[k] = at[i]-1, at[k]+1
				} else {
					at[i], at[k] = at[i]+1, at[k]-1
				}
			}
		}
	}
	return at
}

// tick is a round step that divides an axis into four to ten parts.
func tick(most float64) float64 {
	if most <= 0 {
		return 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for most/step < 4 {
		step /= 2
	}
	return step
}

func text(b *strings.Builder, x, y float64, colour, anchor, more, s string) {
	fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\" text-anchor=\"%s\" %s>%s</text>\n", x, y, colour, anchor, more, s)
}
