package rehearse

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"path"
	"slices"
	"strings"
)

// member is a file of an archive.
type member struct {
	name string
	data []byte
}

// script is what a stand-in has where the real archive has a program.
func script(what string) []byte {
	return []byte("#!/bin/sh\necho " + "'stand-in for " + strings.ReplaceAll(what, "'", "") + "' >&2\nexit 1\n")
}

// format is what kind of file a download is.
type format int

const (
	formatPlain format = iota
	formatManifest
	formatTar
	formatTarGzip
	formatTarXZ
	formatZip
)

// formatOf tells the format from the extension of a URL's path.
func formatOf(address string) format {
	name, _, _ := strings.Cut(strings.ToLower(address), "?")
	for _, known := range []struct {
		suffix string
		format format
	}{
		{".yaml", formatManifest}, {".yml", formatManifest},
		{".tar", formatTar}, {".tar.gz", formatTarGzip}, {".tgz", formatTarGzip},
		{".tar.xz", formatTarXZ}, {".txz", formatTarXZ},
		{".zip", formatZip}, {".jar", formatZip}, {".war", formatZip},
	} {
		if strings.HasSuffix(name, known.suffix) {
			return known.format
		}
	}
	return formatPlain
}

// archive is the stand-in of an archive that holds the paths a File asks for.
func archive(f File, as format) ([]byte, error) {
	members := []member{{NoteFile, note(f.URL)}}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(f.Members))) {
		members = append(members, member{name, script(path.Base(name) + " of " + f.URL)})
	}
	var out bytes.Buffer
	write := map[format]func(io.Writer, []member) error{
		formatTar: writeTar, formatTarGzip: writeTarGzip, formatTarXZ: writeTarXZ, formatZip: writeZip,
	}[as]
	err := write(&out, members)
	return out.Bytes(), err
}

// writeTarGzip writes a tar in a gzip stream that compresses nothing: what a
// compressor makes of the same bytes may change with its version.
func writeTarGzip(w io.Writer, members []member) error {
	var tarred bytes.Buffer
	if err := writeTar(&tarred, members); err != nil {
		return err
	}
	zip := gzipped{newLiteral(tarred.Bytes()), crc32.ChecksumIEEE(tarred.Bytes())}
	_, err := io.Copy(w, io.NewSectionReader(zip, 0, zip.Size()))
	return err
}

// writeTarXZ writes a tar in an xz container.
func writeTarXZ(w io.Writer, members []member) error {
	var tarred bytes.Buffer
	if err := writeTar(&tarred, members); err != nil {
		return err
	}
	_, err := w.Write(xz(tarred.Bytes()))
	return err
}

// writeTar writes the members as executable files without owner and time.
func writeTar(w io.Writer, members []member) error {
	tw := tar.NewWriter(w)
	for _, m := range members {
		header := &tar.Header{Name: m.name, Mode: 0o755, Size: int64(len(m.data))}
		if err := tw.WriteHeader(header); err != nil {
			return err
		}
		if _, err := tw.Write(m.data); err != nil {
			return err
		}
	}
	return tw.Close()
}

// writeZip writes the members without times.
func writeZip(w io.Writer, members []member) error {
	zw := zip.NewWriter(w)
	for _, m := range members {
		fw, err := zw.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Store})
		if err != nil {
			return err
		}
		if _, err := fw.Write(m.data); err != nil {
			return err
		}
	}
	return zw.Close()
}
