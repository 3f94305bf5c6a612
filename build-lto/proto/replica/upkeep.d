build-lto/proto/replica/upkeep.o: proto/replica/upkeep.c \
 proto/base/encode.h proto/base/buffer.h proto/replica/backup.h \
 proto/replica/home.h proto/base/secret.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/hash.h proto/record/version_vector.h \
 proto/vault/keys.h proto/replica/rekey.h proto/replica/upkeep.h \
 proto/replica/upkeep_command.h proto/replica/upkeep_slot.h \
 proto/replica/upkeep_unlock.h proto/replica/verify.h
proto/base/encode.h:
proto/base/buffer.h:
proto/replica/backup.h:
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
proto/replica/rekey.h:
proto/replica/upkeep.h:
proto/replica/upkeep_command.h:
proto/replica/upkeep_slot.h:
proto/replica/upkeep_unlock.h:
proto/replica/verify.h:
