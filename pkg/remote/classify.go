package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// passes tells whether trying again may help.
func passes(status int, err error) bool {
	switch status {
	case 0:
		return passesError(err)
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

func passesError(err error) bool {
	var dns *net.DNSError
	var local *LocalError
	switch {
	case errors.As(err, &local), errors.Is(err, ErrOffline), errors.Is(err, ErrContent):
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	case untrusted(err), notTLS(err):
		return false
	case errors.Is(err, ErrIdle), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNREFUSED):
		return true
	}
	var timeout net.Error
	var op *net.OpError
	return errors.As(err, &timeout) && timeout.Timeout() || errors.As(err, &op) ||
		err != nil && strings.Contains(err.Error(), "server closed idle connection")
}

func untrusted(err error) bool {
	var verify *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	return errors.As(err, &verify) || errors.As(err, &unknown)
}

func notTLS(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) || err != nil && strings.Contains(err.Error(), "HTTP response to HTTPS client")
}

// unreachable tells that a host gave no answer at all, or none that helps.
func unreachable(e *Error) bool {
	return e.Status == 0 && (passesError(e.Err) || isDNS(e.Err))
}

func isDNS(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

// statusOf finds the status in an error of the token service.
func statusOf(err error) int {
	var resp *errcode.ErrorResponse
	switch {
	case errors.As(err, &resp):
		return resp.StatusCode
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return http.StatusUnauthorized
	}
	return 0
}

// hints is what to do about an HTTP status.
var hints = map[int]string{
	http.StatusUnauthorized:          "log in with \"opc-image login HOST\", or set user and passwordEnv of the host",
	http.StatusForbidden:             "this account may not do it: check the name and the rights, or log in as somebody else",
	http.StatusNotFound:              "check the name and the version, or whether the mirror carries it",
	http.StatusRequestEntityTooLarge: "the registry, or a proxy before it, takes no content of this size: raise its limit, or build with smaller layers",
	http.StatusTooManyRequests:       "the host limits requests: wait, log in, lower perHost or add a mirror",
}

// forPush makes of a hint one for a push, which knows no mirrors.
var forPush = strings.NewReplacer(
	", lower perHost or add a mirror", " or lower perHost", ", or whether the mirror carries it", "",
	", or use another mirror", "", ", or add a mirror", "", " or add a mirror", "", "what was fetched stays", "what was pushed stays",
)

// hint tells what to do about a failure.
func hint(host string, status int, err error) string {
	if h, ok := hints[status]; ok {
		return strings.ReplaceAll(h, "HOST", host)
	}
	switch {
	case errors.Is(err, ErrOffline):
		return "run once with the network, so that the store has it"
	case errors.Is(err, context.Canceled):
		return ""
	case untrusted(err):
		return "give the authority's certificate as ca of the host"
	case notTLS(err):
		return "the host speaks plain HTTP: set plainHTTP for it"
	case errors.Is(err, ErrContent):
		return "the host serves something else than was published: ask who runs it, or use another mirror"
	case isDNS(err):
		return "check the host's name, DNS and HTTPS_PROXY"
	case status >= 500 || errors.Is(err, ErrIdle) || errors.Is(err, io.ErrUnexpectedEOF):
		return "the host has trouble: run again later or add a mirror; what was fetched stays"
	case status == 0 && passesError(err):
		return "check the network and HTTPS_PROXY, or add a mirror"
	}
	var local *LocalError
	if errors.As(err, &local) || status == 0 && err == nil {
		return ""
	}
	return "no other try will do: ask who runs the host, or use another mirror"
}
