build-lto/client/qr.o: client/qr.c client/qr.h client/view/cells.h
client/qr.h:
client/view/cells.h:
