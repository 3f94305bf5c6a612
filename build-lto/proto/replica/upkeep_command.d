build-lto/proto/replica/upkeep_command.o: proto/replica/upkeep_command.c \
 proto/replica/upkeep_command.h proto/base/buffer.h \
 proto/replica/upkeep.h proto/replica/home.h proto/base/secret.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h proto/vault/keys.h
proto/replica/upkeep_command.h:
proto/base/buffer.h:
proto/replica/upkeep.h:
proto/replica/home.h:
proto/base/secret.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/vault/keys.h:
