package unpack

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// arMagic begins an ar archive, which is what a Debian package is: deb(5).
const arMagic = "!<arch>\n"

// debData finds the files of a Debian package: the tar archive in its member
// data.tar, with the suffix of its compression.
func debData(archive io.ReaderAt, size int64) (*io.SectionReader, error) {
	header := make([]byte, 60)
	for at := int64(len(arMagic)); at < size; {
		if _, err := archive.ReadAt(header, at); err != nil {
			return nil, fmt.Errorf("Debian package: %w", err)
		}
		length, err := strconv.ParseInt(string(bytes.TrimSpace(header[48:58])), 10, 64)
		if err != nil || length < 0 || string(header[58:]) != "`\n" || at+60+length > size {
			return nil, fmt.Errorf("Debian package: damaged header at byte %d", at)
		}
		name := strings.TrimRight(string(header[:16]), " /")
		if name == "data.tar" || strings.HasPrefix(name, "data.tar.") {
			return io.NewSectionReader(archive, at+60, length), nil
		}
		at += 60 + length + length%2
	}
	return nil, fmt.Errorf("%w: an ar archive without data.tar", ErrNotArchive)
}
