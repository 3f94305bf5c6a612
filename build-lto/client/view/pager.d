build-lto/client/view/pager.o: client/view/pager.c client/view/pager.h
client/view/pager.h:
