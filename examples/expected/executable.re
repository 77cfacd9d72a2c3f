format: ELF(32|64)
app calls: goro_make goro_go goro_recv goro_close 
get_lucky_number calls: (.* )?goro_sleep .*goro_send 
(and each instruction knows its line)?
