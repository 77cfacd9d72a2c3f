goroutines: [0-9]+ ns a switch
threads: [0-9]+ ns a switch
