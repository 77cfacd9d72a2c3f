What is today's lucky number\?
\.\.\.
Today's lucky number is [0-9]!
