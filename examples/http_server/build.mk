# The HTTP server.  Needs the parser of Debian package libhttp-parser-dev;
# without it, it is left out.

HS := $(EX)/http_server
HS_HEADER := $(firstword $(wildcard $(addsuffix /http_parser.h,\
	/usr/include /usr/local/include)))
HS_OBJ := $(patsubst $(HS)/%.c,$(EX_OUT)/http_server.o/%.o,\
	$(filter-out %/raw.c,$(wildcard $(HS)/*.c)))

$(EX_OUT)/http_server.o/%.o: $(HS)/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE -Ireference/include -c -o $@ $<

ifneq ($(HS_HEADER),)
$(EX_OUT)/http_server: $(HS_OBJ) $(B)/libgoro.a
	$(CC) $(CONFIG_LDFLAGS) -o $@ $^ -lhttp_parser -pthread -ldl
else
$(EX_OUT)/http_server:
	@echo "http_server: no http_parser.h here:" \
		"Debian package libhttp-parser-dev" >&2; exit 1
endif

$(EX_OUT)/http_raw: $(HS)/raw.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Ireference/include $(CONFIG_LDFLAGS) -MF $@.d \
		-o $@ $< $(B)/libgoro.a -pthread -ldl

HS_FILES := $(EX_OUT)/http_raw $(if $(HS_HEADER),$(EX_OUT)/http_server)

ALL += $(HS_FILES)
TESTS += test-http

.PHONY: test-http
test-http: $(HS_FILES) ## the example of an HTTP server, by curl and wrk
	@$(HS)/test.sh $(EX_OUT) $(SAN)
