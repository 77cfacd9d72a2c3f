pi is about 3\.1[345]
