received: 1
(received: 2
ward: negative value|ward: negative value
received: 2)
steward: ward unhealthy; restarting
received: 1
(received: 2|received: 2
ward: negative value|ward: negative value
received: 2)
