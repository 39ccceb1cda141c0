// Command e2e boots the base: it makes hosts, follows sealer's order on them
// step by step with a cluster image, and looks at what comes of it.
//
//	e2e -image base.tar                  the stories that are run by default
//	e2e -image base.tar -story reboot    one story
//	e2e -list                            which there are
//	e2e host up s1 10.88.0.11            a host to try things on by hand
//	e2e host sh s1 [COMMAND…]
//	e2e host down [s1]
//
// It runs as root. Everything it starts it ends, also when it is interrupted.
package main
