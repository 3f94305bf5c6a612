build-lto/proto/replica/upkeep_slot.o: proto/replica/upkeep_slot.c \
 proto/base/encode.h proto/base/buffer.h proto/replica/unlock.h \
 proto/replica/home.h proto/base/secret.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/hash.h proto/record/version_vector.h \
 proto/vault/keys.h proto/replica/upkeep_slot.h \
 proto/replica/upkeep_command.h proto/replica/upkeep.h \
 proto/vault/recovery.h
proto/base/encode.h:
proto/base/buffer.h:
proto/replica/unlock.h:
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
proto/replica/upkeep_slot.h:
proto/replica/upkeep_command.h:
proto/replica/upkeep.h:
proto/vault/recovery.h:
