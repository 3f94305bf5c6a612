build-lto/daemon/peer/socket.o: daemon/peer/socket.c daemon/peer/socket.h \
 daemon/peer/invitations.h proto/base/secret.h proto/replica/device.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/buffer.h \
 proto/base/hash.h proto/record/version_vector.h proto/wire/token.h
daemon/peer/socket.h:
daemon/peer/invitations.h:
proto/base/secret.h:
proto/replica/device.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/wire/token.h:
