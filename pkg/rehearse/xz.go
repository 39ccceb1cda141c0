package rehearse

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// xz wraps data in an .xz file of one block whose LZMA2 chunks are all stored:
// a valid file with no compressor. See the .xz file format, version 1.1.0.
func xz(data []byte) []byte {
	const chunk = 1 << 16
	var out bytes.Buffer
	flags := []byte{0, 1} // integrity check: CRC-32
	out.WriteString("\xfd7zXZ\x00")
	out.Write(sealed(flags))

	block := out.Len()
	// A header of (2+1)*4 bytes; one filter: LZMA2 (0x21) with one byte of
	// properties, a dictionary of 64 KiB.
	out.Write(sealed([]byte{2, 0, 0x21, 1, 8, 0, 0, 0}))
	control := byte(1) // the first chunk resets the dictionary
	for rest := data; len(rest) > 0; control = 2 {
		n := min(chunk, len(rest))
		out.WriteByte(control)
		out.Write(binary.BigEndian.AppendUint16(nil, uint16(n-1)))
		out.Write(rest[:n])
		rest = rest[n:]
	}
	out.WriteByte(0)
	unpadded := out.Len() - block + crc32.Size
	pad(&out)
	out.Write(sum32(data))

	index := []byte{0, 1}
	index = binary.AppendUvarint(index, uint64(unpadded))
	index = binary.AppendUvarint(index, uint64(len(data)))
	for len(index)%4 != 0 {
		index = append(index, 0)
	}
	out.Write(sealed(index))

	footer := binary.LittleEndian.AppendUint32(nil, uint32(len(index)+crc32.Size)/4-1)
	footer = append(footer, flags...)
	out.Write(sum32(footer))
	out.Write(footer)
	out.WriteString("YZ")
	return out.Bytes()
}

// pad fills up to a multiple of four bytes.
func pad(out *bytes.Buffer) {
	for out.Len()%4 != 0 {
		out.WriteByte(0)
	}
}

// sum32 is the CRC-32 of data, as the format stores it.
func sum32(data []byte) []byte {
	return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(data))
}

// sealed is data with its CRC-32 behind it.
func sealed(data []byte) []byte { return append(bytes.Clone(data), sum32(data)...) }
